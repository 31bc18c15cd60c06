package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which log a recovery replays, and how it ends. Immutable.
 *
 * @param timeline the timeline that is followed
 * @param segments the segments, in order
 * @param histories the pieces of all timelines' histories, by timeline
 * @param ending how recovery ends
 * @param findings what stands in the way, and what is worth knowing
 */
record WalPlan(
    long timeline,
    List<Segment> segments,
    Map<Long, String> histories,
    Ending ending,
    List<Finding> findings) {

  /** How recovery ends. */
  sealed interface Ending {}

  /**
   * The server stops before a record that begins there or later.
   *
   * @param lsn recovery_target_lsn, exclusive
   */
  record Stop(Lsn lsn) implements Ending {}

  /** The log ends: what is put there is all there is. */
  record LogEnds() implements Ending {}

  /**
   * The server looks for something in the log.
   *
   * @param setting recovery_target_time, …_xid or …_name
   * @param value its value
   */
  record Sought(String setting, String value) implements Ending {}

  /**
   * A segment.
   *
   * @param name its name
   * @param pieces the pieces that make it up: a whole one, or slices from its begin on
   * @param length how many bytes of it are put there; the rest is zeros
   */
  record Segment(String name, List<String> pieces, long length) {
    Segment {
      pieces = List.copyOf(pieces);
    }
  }

  WalPlan {
    segments = List.copyOf(segments);
    histories = Map.copyOf(histories);
    findings = List.copyOf(findings);
  }

  /** A plan that cannot be carried out. */
  static WalPlan blocked(long timeline, Finding obstacle) {
    return new WalPlan(timeline, List.of(), Map.of(), new LogEnds(), List.of(obstacle));
  }

  /** What of it concerns others. */
  Replay.Route route() {
    List<String> pieces = new ArrayList<>();
    histories.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> pieces.add(each.getValue()));
    segments.forEach(segment -> pieces.addAll(segment.pieces()));
    return new Replay.Route(pieces, findings);
  }

  /** Bytes of log. */
  long bytes() {
    return segments.stream().mapToLong(Segment::length).sum();
  }

  /** The first obstacle. */
  Optional<Finding> obstacle() {
    return findings.stream().filter(each -> each.severity() == Finding.Severity.ERROR).findFirst();
  }
}
