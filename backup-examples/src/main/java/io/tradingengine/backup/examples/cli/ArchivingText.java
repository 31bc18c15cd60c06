package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.ArchivingStatus.DestinationStatus;
import io.tradingengine.backup.ArchivingStatus.SourceStatus;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How archiving stands, and its recovery points, as people read them. */
final class ArchivingText {
  private ArchivingText() {}

  /** All that matters of a status, in one line. */
  static String line(ArchivingStatus status) {
    StringBuilder line = new StringBuilder(Text.time(status.at()));
    status.sources().forEach(source -> line.append("  ").append(source(source)));
    status.destinations().forEach(each -> line.append("  ").append(destination(each)));
    line.append("  spool ").append(Text.bytes(status.spoolBytes()));
    line.append("  point ")
        .append(
            status.exposure().map(exposure -> Text.duration(exposure) + " ago").orElse("none yet"));
    status.fullBackupDue().ifPresent(why -> line.append("  FULL BACKUP DUE: ").append(why));
    long alarms =
        status.findings().stream()
            .filter(each -> each.severity() == Finding.Severity.ERROR)
            .count();
    if (alarms > 0) {
      line.append("  ALARMS: ").append(alarms);
    }
    return line.toString();
  }

  private static String source(SourceStatus source) {
    String behind =
        source.behind().isPresent()
            ? ", " + Text.bytes(source.behind().getAsLong()) + " behind"
            : "";
    return source.name()
        + " "
        + source.activity().name().toLowerCase(Locale.ROOT)
        + (source.durable().isEmpty() ? "" : " " + source.durable())
        + behind;
  }

  private static String destination(DestinationStatus destination) {
    String state =
        destination.waiting() == 0
            ? "has all"
            : Text.bytes(destination.waitingBytes())
                + " to go, "
                + Text.duration(destination.lag())
                + " late";
    return destination.name()
        + " "
        + state
        + destination.failure().map(why -> " (FAILING: " + why + ")").orElse("");
  }

  /** Recovery points, one a line. */
  static void points(PrintWriter out, List<RecoveryPoint> points) {
    Table table = new Table("AT", "NAME", "SKEW", "SOURCES");
    for (RecoveryPoint point : points) {
      table.row(
          Text.moment(point.at()),
          point.name().orElse("-"),
          skew(point),
          String.join(",", point.sources().keySet()));
    }
    table.print(out, "");
  }

  /** A point in words. */
  static String describe(RecoveryPoint point) {
    String positions =
        point.sources().entrySet().stream()
            .map(each -> each.getKey() + " at " + each.getValue().first())
            .collect(Collectors.joining(", "));
    return point.name().map(name -> "'" + name + "', ").orElse("")
        + Text.moment(point.at())
        + ", "
        + skew(point)
        + "; "
        + positions;
  }

  private static String skew(RecoveryPoint point) {
    return point.exact() ? "exact" : "within " + Text.duration(point.skew());
  }
}
