package io.tradingengine.backup.core.redis;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the pieces of archived command streams are called, below the source's folder. */
sealed interface CommandName {
  Pattern SLICE = Pattern.compile("([0-9a-f]{40})/([0-9]{1,18})-([0-9]{1,18})\\.cmd");
  Pattern LINK = Pattern.compile("([0-9a-f]{40})/([0-9]{1,18})-([0-9a-f]{40})\\.link");

  /**
   * A part of a stream.
   *
   * @param id the stream
   * @param from the offset of its first byte
   * @param to the offset of its last byte
   */
  record Slice(String id, long from, long to) implements CommandName {}

  /**
   * A stream goes on where another one was left.
   *
   * @param id the stream
   * @param offset where: the offset of the last byte before
   * @param before the stream before
   */
  record Link(String id, long offset, String before) implements CommandName {}

  /** What a name says; empty for one of something else. */
  static Optional<CommandName> parse(String name) {
    Matcher slice = SLICE.matcher(name);
    if (slice.matches()) {
      return Optional.of(
          new Slice(
              slice.group(1), Long.parseLong(slice.group(2)), Long.parseLong(slice.group(3))));
    }
    Matcher link = LINK.matcher(name);
    return link.matches()
        ? Optional.of(new Link(link.group(1), Long.parseLong(link.group(2)), link.group(3)))
        : Optional.empty();
  }

  static String slice(String id, long from, long to) {
    return id + "/" + from + "-" + to + ".cmd";
  }

  static String link(String id, long offset, String before) {
    return id + "/" + offset + "-" + before + ".link";
  }
}
