package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The backup manifest of the server: each file of a base backup with its size and checksum, and the
 * WAL that the backup needs. Immutable.
 *
 * <p>The server writes one line a file. It is read line by line and strictly, so that it can be
 * written again byte for byte, but for the files that a restore has changed.
 */
final class ServerManifest {
  private static final Pattern VERSION =
      Pattern.compile("\\{ \"PostgreSQL-Backup-Manifest-Version\": ([12]),");
  private static final Pattern SYSTEM = Pattern.compile("\"System-Identifier\": ([0-9]{1,20}),");
  private static final String FILES = "\"Files\": [";
  private static final String WAL_RANGES = "\"WAL-Ranges\": [";
  private static final String END_OF_LIST = "],";
  private static final Pattern RANGE =
      Pattern.compile(
          "\\{ \"Timeline\": ([0-9]{1,10}), \"Start-LSN\": \"([0-9A-F/]{3,17})\","
              + " \"End-LSN\": \"([0-9A-F/]{3,17})\" \\}");
  private static final Pattern CHECKSUM =
      Pattern.compile("\"Manifest-Checksum\": \"([0-9a-f]{64})\"\\}");
  private static final DateTimeFormatter MODIFIED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** WAL that is needed: from {@code start} up to, not including, {@code end}. */
  record WalRange(long timeline, Lsn start, Lsn end) {}

  private final List<String> head;
  private final Map<String, ManifestFile> files;
  private final List<String> ranges;
  private final List<WalRange> walRanges;

  private ServerManifest(
      List<String> head,
      Map<String, ManifestFile> files,
      List<String> ranges,
      List<WalRange> walRanges) {
    this.head = head;
    this.files = files;
    this.ranges = ranges;
    this.walRanges = walRanges;
  }

  /**
   * Reads a manifest and checks its own checksum.
   *
   * @throws IllegalArgumentException if it is not what a server wrote; the message says where
   */
  static ServerManifest parse(byte[] bytes) {
    String text = decode(bytes);
    if (!text.endsWith("}\n")) {
      throw new IllegalArgumentException("it is cut short");
    }
    checkChecksum(bytes, text);
    return new Parser(text).parse();
  }

  /** The files by their path below the data directory, in the server's order. */
  Map<String, ManifestFile> files() {
    return files;
  }

  List<WalRange> walRanges() {
    return walRanges;
  }

  /** How its files are proved. */
  ManifestChecksum algorithm() {
    return files.values().stream()
        .map(ManifestFile::algorithm)
        .findFirst()
        .orElse(ManifestChecksum.NONE);
  }

  /**
   * A manifest in which some files are others.
   *
   * @param removed paths of files that are not there any more
   * @param changed bytes of files that are there now, by path
   * @param modified when they were changed
   */
  ServerManifest edited(Set<String> removed, Map<String, byte[]> changed, Instant modified) {
    Map<String, ManifestFile> edited = new LinkedHashMap<>(files);
    edited.keySet().removeAll(removed);
    changed.forEach(
        (path, bytes) ->
            edited.put(path, ManifestFile.of(path, bytes, MODIFIED.format(modified), algorithm())));
    return new ServerManifest(head, edited, ranges, walRanges);
  }

  /**
   * A manifest that names files which were put together instead of the incremental ones that they
   * were put together from.
   *
   * @param checksums the CRC-32C of each such file, by the name of its incremental file
   * @param assemblies the files by the same names
   */
  ServerManifest assembled(Map<String, Integer> checksums, Map<String, Assembly> assemblies) {
    Map<String, ManifestFile> named = new LinkedHashMap<>();
    for (ManifestFile file : files.values()) {
      Integer checksum = checksums.get(file.path());
      Assembly assembly = assemblies.get(file.path());
      ManifestFile now =
          checksum == null || assembly == null
              ? file
              : file.as(
                  assembly.newest().restoredName(), assembly.newest().restoredSize(), checksum);
      named.put(now.path(), now);
    }
    return new ServerManifest(head, named, ranges, walRanges);
  }

  /** The manifest as a server writes it. */
  byte[] render() {
    StringBuilder text = new StringBuilder(256 * (files.size() + 4));
    head.forEach(line -> text.append(line).append('\n'));
    text.append(FILES);
    String separator = "\n";
    for (ManifestFile file : files.values()) {
      text.append(separator).append(file.line());
      separator = ",\n";
    }
    text.append("\n").append(END_OF_LIST).append('\n').append(WAL_RANGES).append('\n');
    text.append(String.join(",\n", ranges)).append('\n').append(END_OF_LIST).append('\n');
    Sha256 checksum = Sha256.of(text.toString().getBytes(UTF_8));
    text.append("\"Manifest-Checksum\": \"").append(checksum).append("\"}\n");
    return text.toString().getBytes(UTF_8);
  }

  private static String decode(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not UTF-8", e);
    }
  }

  /** The checksum covers every line but the last. */
  private static void checkChecksum(byte[] bytes, String text) {
    int lastLine = text.lastIndexOf('\n', text.length() - 2) + 1;
    Matcher matcher = CHECKSUM.matcher(text.substring(lastLine, text.length() - 1));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("it does not end with its checksum");
    }
    int covered = bytes.length - text.substring(lastLine).getBytes(UTF_8).length;
    Sha256 actual = Sha256.of(ByteBuffer.wrap(bytes, 0, covered));
    if (!actual.hex().equals(matcher.group(1))) {
      throw new IllegalArgumentException(
          "its own checksum is " + matcher.group(1) + ", but its text has " + actual);
    }
  }

  /** Goes through the lines of one manifest. */
  private static final class Parser {
    private final String[] lines;
    private int next;

    Parser(String text) {
      lines = text.split("\n", -1);
    }

    ServerManifest parse() {
      List<String> head = new ArrayList<>();
      head.add(expect(VERSION, "a manifest of version 1 or 2").group());
      if (SYSTEM.matcher(peek()).matches()) {
        head.add(take());
      }
      expect(FILES);
      Map<String, ManifestFile> files = new LinkedHashMap<>();
      for (String line : list()) {
        ManifestFile file = file(line);
        if (files.put(file.path(), file) != null) {
          throw new IllegalArgumentException("it names '" + file.path() + "' twice");
        }
      }
      expect(WAL_RANGES);
      List<String> ranges = list();
      List<WalRange> walRanges = ranges.stream().map(this::range).toList();
      expect(CHECKSUM, "the checksum");
      return new ServerManifest(head, files, ranges, walRanges);
    }

    private String peek() {
      return next < lines.length ? lines[next] : "";
    }

    private String take() {
      String line = peek();
      next++;
      return line;
    }

    private Matcher expect(Pattern pattern, String what) {
      Matcher matcher = pattern.matcher(take());
      if (!matcher.matches()) {
        throw new IllegalArgumentException("line " + next + " is not " + what);
      }
      return matcher;
    }

    private void expect(String line) {
      expect(Pattern.compile(Pattern.quote(line)), "'" + line + "'");
    }

    /** Lines up to the end of a list, without the commas that part them. */
    private List<String> list() {
      List<String> items = new ArrayList<>();
      while (!peek().equals(END_OF_LIST)) {
        String line = take();
        boolean last = peek().equals(END_OF_LIST);
        if (next >= lines.length || line.endsWith(",") == last) {
          throw new IllegalArgumentException("line " + next + " does not belong in a list");
        }
        items.add(last ? line : line.substring(0, line.length() - 1));
      }
      next++;
      return items;
    }

    private ManifestFile file(String line) {
      try {
        return ManifestFile.parse(line);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("it has a line that names no file: " + line, e);
      }
    }

    private WalRange range(String line) {
      Matcher matcher = RANGE.matcher(line);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("it has a line that is not a range of WAL: " + line);
      }
      return new WalRange(
          Long.parseLong(matcher.group(1)),
          Lsn.parse(matcher.group(2)),
          Lsn.parse(matcher.group(3)));
    }
  }
}
