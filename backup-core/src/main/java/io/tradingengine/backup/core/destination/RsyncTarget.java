package io.tradingengine.backup.core.destination;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of another host, as rsync has it: {@code user@host:/absolute/path}. Its characters are
 * such that no shell there can take them for anything else; immutable.
 *
 * @param user who logs in there
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 * @param path absolute, without a slash at its end unless it is the root
 */
record RsyncTarget(String user, String host, String path) {
  static final String FORM = "user@host:/absolute/path";

  private static final Pattern TARGET =
      Pattern.compile(
          "(?<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
              + "@(?<host>[A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+])"
              + ":(?<path>/|(?:/[A-Za-z0-9_+=@,-][A-Za-z0-9._+=@,-]*)+)/?");

  /**
   * Reads {@code user@host:/absolute/path}.
   *
   * @throws IllegalArgumentException if it has another form
   */
  static RsyncTarget parse(String text) {
    Matcher matcher = TARGET.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "is '"
              + text
              + "', expected "
              + FORM
              + "; the path's parts are made of letters, digits and ._+=@,- and start with no dot");
    }
    return new RsyncTarget(matcher.group("user"), matcher.group("host"), matcher.group("path"));
  }

  /** Who logs in where, as ssh has it: an IPv6 address without its brackets. */
  String login() {
    return user + "@" + host.replace("[", "").replace("]", "");
  }

  /** The folder as rsync's argument; the slash at its end means what is in it. */
  String argument() {
    return user + "@" + host + ":" + inside("");
  }

  /** The path there of a name below the folder. */
  String inside(String name) {
    return (path.equals("/") ? "" : path) + "/" + name;
  }

  @Override
  public String toString() {
    return user + "@" + host + ":" + path;
  }
}
