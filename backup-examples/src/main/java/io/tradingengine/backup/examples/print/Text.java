package io.tradingengine.backup.examples.print;

import io.tradingengine.backup.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How sizes, durations, times and findings are written for people. */
public final class Text {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Text() {}

  /** Bytes with a unit, such as {@code 1.3 GiB}. */
  public static String bytes(long bytes) {
    int unit = 0;
    double amount = bytes;
    while (Math.abs(amount) >= 1000 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
  }

  /**
   * A duration as precisely as one wants to read it, such as {@code 6.8 s} or {@code 2 min 05 s}.
   */
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 59_950) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    long seconds = Math.round(millis / 1000.0);
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
  }

  /** How many times smaller {@code stored} is than {@code plain}, such as {@code 3.4 x}. */
  public static String ratio(long plain, long stored) {
    return stored == 0 ? "-" : String.format(Locale.ROOT, "%.1f x", (double) plain / stored);
  }

  /**
   * How large a part is against the whole, such as {@code 12 %}; may be more than 100, and is never
   * 0 unless there is nothing.
   */
  public static String share(long part, long whole) {
    if (whole == 0) {
      return "-";
    }
    long percent = Math.round(100.0 * part / whole);
    return percent == 0 && part > 0 ? "<1 %" : percent + " %";
  }

  /** Bytes over a time, such as {@code 310.0 MiB/s}. */
  public static String rate(long bytes, Duration duration) {
    double seconds = Math.max(duration.toMillis(), 1) / 1000.0;
    return bytes((long) (bytes / seconds)) + "/s";
  }

  /** An instant to the second, in UTC. */
  public static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** An instant to the millisecond, in UTC, where seconds do not tell two apart. */
  public static String moment(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** Paths, with commas between them. */
  public static String paths(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  /** Each finding on a line of its own, and its hint below it. */
  public static void findings(PrintWriter out, Collection<Finding> findings, String indent) {
    for (Finding finding : findings) {
      out.println(indent + label(finding) + finding.subject() + ": " + finding.message());
      if (!finding.hint().isEmpty()) {
        out.println(indent + "  HINT: " + finding.hint());
      }
    }
  }

  private static String label(Finding finding) {
    return switch (finding.severity()) {
      case INFO -> "note: ";
      case WARNING -> "WARNING: ";
      case ERROR -> "ERROR: ";
    };
  }
}
