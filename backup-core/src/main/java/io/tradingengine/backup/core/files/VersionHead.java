package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * What a version says of itself, in the first member of its tar: lines {@code name=value}. Numbers
 * have all their digits, so that it is always as long, and can be written last. Immutable.
 *
 * @param series the series
 * @param number the version
 * @param roots what it covers, in the order of the tar
 * @param totals {@code files}, {@code directories}, {@code links} and {@code bytes} of the whole
 *     tree at that version
 */
record VersionHead(String series, long number, List<Root> roots, Map<String, Long> totals) {
  static final String MEMBER = ".trading-engine-version";

  /** The member that lists what is gone since version 0. */
  static final String GONE = ".trading-engine-gone";

  static final int LONGEST = 1 << 20;

  private static final String FORMAT = "1";
  private static final List<String> TOTALS =
      List.of(Archive.FILES, Archive.DIRECTORIES, Archive.LINKS, Archive.BYTES);

  VersionHead {
    roots = List.copyOf(roots);
    totals = Map.copyOf(totals);
  }

  /**
   * A captured path.
   *
   * @param member its raw name without the first slash
   * @param bytes what a restore of it takes up
   */
  record Root(String member, long bytes) {}

  /** Its totals as a map. */
  static Map<String, Long> totals(Totals totals) {
    return Map.of(
        Archive.FILES, totals.files(),
        Archive.DIRECTORIES, totals.directories(),
        Archive.LINKS, totals.links(),
        Archive.BYTES, totals.bytes());
  }

  /** The bytes of its member in a tar. */
  byte[] toTar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] text = toText().getBytes(ISO_8859_1);
    OutputStream content = beginMember(bytes, MEMBER, text.length);
    content.write(text);
    endMember(content);
    return bytes.toByteArray();
  }

  /** Begins a file that is no part of the tree. */
  static OutputStream beginMember(OutputStream out, String name, long size) throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, Archive.NAME_ENCODING);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL);
    entry.setMode(0600);
    entry.setSize(size);
    entry.setLastModifiedTime(FileTime.fromMillis(0));
    tar.putArchiveEntry(entry);
    return tar;
  }

  /** Ends it, and leaves the tar open. */
  static void endMember(OutputStream member) throws IOException {
    TarArchiveOutputStream tar = (TarArchiveOutputStream) member;
    tar.closeArchiveEntry();
    tar.flush();
  }

  private String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "format", FORMAT);
    line(text, "series", series);
    line(text, "version", digits(number));
    int index = 0;
    for (Root root : roots) {
      String key = Archive.ROOT + ++index;
      line(text, key, "/" + escape(root.member()));
      line(text, key + Archive.ROOT_BYTES, digits(root.bytes()));
    }
    for (String name : TOTALS) {
      line(text, name, digits(totals.getOrDefault(name, 0L)));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append('=').append(value).append('\n');
  }

  private static String digits(long number) {
    return String.format(Locale.ROOT, "%019d", number);
  }

  private static String escape(String raw) {
    return raw.replace("%", "%25").replace("\n", "%0A");
  }

  private static String unescape(String text) {
    return text.replace("%0A", "\n").replace("%25", "%");
  }

  /** Reads the first member of a version's tar. */
  static VersionHead read(Members archive) throws IOException {
    Member member = archive.next();
    if (member == null
        || !member.name().equals(MEMBER)
        || member.type() != Member.Type.FILE
        || member.size() > LONGEST) {
      throw archive.refuse("does not begin with '" + MEMBER + "'");
    }
    byte[] bytes = new byte[(int) member.size()];
    if (archive.read(bytes) < bytes.length) {
      throw archive.refuse(MEMBER, "is cut short");
    }
    return parse(new String(bytes, ISO_8859_1), archive);
  }

  private static VersionHead parse(String text, Members archive) {
    Map<String, String> values = new HashMap<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals < 1
          || values.putIfAbsent(line.substring(0, equals), line.substring(equals + 1)) != null) {
        throw archive.refuse(MEMBER, "has the line '" + RawNames.show(line) + "'");
      }
    }
    if (!FORMAT.equals(values.get("format"))) {
      throw archive.refuse(
          MEMBER, "is of the format " + values.get("format") + ", which this release cannot read");
    }
    List<Root> roots = new ArrayList<>();
    for (int i = 1; values.containsKey(Archive.ROOT + i); i++) {
      String key = Archive.ROOT + i;
      String path = unescape(values.getOrDefault(key, ""));
      if (!path.startsWith("/") || !MemberGuard.isPlain(path.substring(1))) {
        throw archive.refuse(MEMBER, "names '" + RawNames.show(path) + "' as a captured path");
      }
      roots.add(new Root(path.substring(1), number(values, key + Archive.ROOT_BYTES, archive)));
    }
    Map<String, Long> totals = new HashMap<>();
    for (String name : TOTALS) {
      totals.put(name, number(values, name, archive));
    }
    return new VersionHead(
        values.getOrDefault("series", ""), number(values, "version", archive), roots, totals);
  }

  private static long number(Map<String, String> values, String name, Members archive) {
    String text = values.getOrDefault(name, "");
    OptionalLong number = OptionalLong.empty();
    if (text.matches("[0-9]{19}")) {
      try {
        number = OptionalLong.of(Long.parseLong(text));
      } catch (NumberFormatException e) {
        throw archive.refuse(MEMBER, "has the number " + text + " in " + name);
      }
    }
    return number.orElseThrow(
        () -> archive.refuse(MEMBER, "lacks " + name + ", or has no number there"));
  }
}
