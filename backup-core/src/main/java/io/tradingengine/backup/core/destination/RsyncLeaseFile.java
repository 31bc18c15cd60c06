package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A lease as it lies there, in a file of its own.
 *
 * @param id the end of the file's name
 * @param held whether its owner has it, or asks for it
 * @param lasts from {@code modified} on
 * @param note who owns it
 * @param modified when it was written last, by the clock there
 */
record RsyncLeaseFile(String id, boolean held, Duration lasts, String note, Instant modified) {
  private static final long LONGEST_SECONDS = Duration.ofDays(1).toSeconds();
  private static final int LONGEST_NOTE = 1024;

  /** What is written for a lease. */
  static Content content(boolean held, Duration lasts, String note, long renewals) {
    String text =
        String.join(
            "\n",
            List.of(
                "state: " + (held ? "held" : "asked"),
                "milliseconds: " + lasts.toMillis(),
                "renewals: " + renewals,
                "owner: " + plain(note)));
    return Content.of((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a fetched file, whose time of modification is that there. What cannot be read is held.
   */
  static RsyncLeaseFile read(Path file, String id) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    for (String line : text.split("\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 2));
      }
    }
    return new RsyncLeaseFile(
        id,
        !"asked".equals(fields.get("state")),
        lasts(fields.getOrDefault("milliseconds", "")),
        plain(fields.getOrDefault("owner", "another run")),
        Files.getLastModifiedTime(file).toInstant());
  }

  private static Duration lasts(String millis) {
    return millis.matches("[0-9]{1,12}")
        ? Duration.ofMillis(Math.min(Long.parseLong(millis), LONGEST_SECONDS * 1000))
        : RsyncLeaseTimes.DEFAULT.lasts();
  }

  private static String plain(String note) {
    String printable = note.replaceAll("\\p{Cntrl}", "?");
    return printable.substring(0, Math.min(LONGEST_NOTE, printable.length()));
  }

  /** Whether it was renewed lately enough, seen from a moment by the clock there. */
  boolean livesAt(Instant there) {
    return !modified.plus(lasts).isBefore(there);
  }
}
