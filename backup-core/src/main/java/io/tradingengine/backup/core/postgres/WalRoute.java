package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds out which log takes a capture to a goal. Used once. */
final class WalRoute {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS+00", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final String source;
  private final CapturedWal captured;
  private final Replay replay;
  private final WalInventory inventory;
  private final Map<Long, String> histories = new TreeMap<>();
  private final List<WalPlan.Segment> segments = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  WalRoute(String source, CapturedWal captured, Replay replay) throws IOException {
    this.source = source;
    this.captured = captured;
    this.replay = replay;
    this.inventory = new WalInventory(captured.system(), replay.changes().names());
    inventory.histories().forEach((timeline, names) -> histories.put(timeline, names.get(0)));
  }

  WalPlan find() throws IOException {
    Optional<Long> fixed = fixedTimeline();
    if (replay.goal() instanceof Goal.At at
        && !at.position().stream().startsWith(captured.system() + "/")) {
      return WalPlan.blocked(
          captured.timeline(),
          error(
              "the recovery point is one of the cluster "
                  + at.position().stream()
                  + ", and the backup of the cluster "
                  + captured.system(),
              "restore from a backup of that cluster"));
    }
    @Nullable Timelines way = fixed.isPresent() ? way(fixed.get()) : newest();
    if (way == null || !way.passes(captured.timeline(), captured.stop())) {
      return WalPlan.blocked(
          fixed.orElse(captured.timeline()),
          error(
              "timeline "
                  + fixed.orElse(captured.timeline())
                  + " does not come from the backup, which is of timeline "
                  + captured.timeline()
                  + " at "
                  + captured.stop()
                  + (way == null ? ": its history is not archived" : ""),
              "restore from a backup before the timeline was left"));
    }
    return along(way);
  }

  /** The timeline asked for, or that of the position. */
  private Optional<Long> fixedTimeline() {
    if (replay.timeline().isPresent()) {
      return Optional.of(replay.timeline().getAsLong());
    }
    return replay.goal() instanceof Goal.At at
        ? Optional.of(CapturedWal.timelineOf(at.position()))
        : Optional.empty();
  }

  /** The way to a timeline; null if nobody knows it. */
  private @Nullable Timelines way(long timeline) throws IOException {
    String name = histories.get(timeline);
    if (name == null) {
      return timeline == captured.timeline() ? Timelines.first(timeline) : null;
    }
    try (InputStream in = replay.changes().open(name)) {
      return Timelines.parse(timeline, in.readAllBytes());
    } catch (IllegalArgumentException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  /** The way to the newest timeline that comes from the capture. */
  private @Nullable Timelines newest() throws IOException {
    List<Long> known = new ArrayList<>(histories.keySet());
    for (int i = known.size() - 1; i >= 0; i--) {
      Timelines way = way(known.get(i));
      if (way != null && way.passes(captured.timeline(), captured.stop())) {
        return way;
      }
    }
    return way(captured.timeline());
  }

  private WalPlan along(Timelines way) {
    Optional<Lsn> goal =
        replay.goal() instanceof Goal.At at
            ? Optional.of(new Lsn(at.position().offset()))
            : Optional.empty();
    if (goal.isPresent() && !isAhead(way, goal.get())) {
      return WalPlan.blocked(
          way.target(),
          error(
              goal.get()
                  + " on timeline "
                  + way.target()
                  + " lies before "
                  + captured.stop()
                  + ", where the backup is consistent",
              "it needs an earlier backup"));
    }
    Lsn end = collect(way, goal);
    WalPlan.Ending ending = new WalPlan.LogEnds();
    if (goal.isPresent() && end.compareTo(goal.get()) < 0) {
      findings.add(gap(way, end, goal.get() + " is needed"));
    } else if (goal.isPresent()) {
      ending = ending(way, goal.get());
    } else {
      ending = sought();
      findings.add(
          hasHole(way, end)
              ? gap(way, end, "there is more of it after that")
              : Finding.info(
                  source, "the archived log goes to " + end + " on timeline " + way.target()));
    }
    return new WalPlan(way.target(), segments, histories, ending, findings);
  }

  private boolean isAhead(Timelines way, Lsn goal) {
    return goal.compareTo(captured.stop()) >= 0 && goal.compareTo(way.begin(way.target())) >= 0;
  }

  /** Takes the segments from the capture's end on; returns how far they go without a gap. */
  private Lsn collect(Timelines way, Optional<Lsn> goal) {
    int size = captured.segmentSize();
    long number = WalSegments.number(captured.stop(), size);
    Lsn reached = WalSegments.start(number, size);
    while (goal.isEmpty() || reached.compareTo(goal.get()) < 0) {
      String name = WalSegments.name(way.forSegment(number, size), number, size);
      List<String> whole = inventory.whole(name);
      if (whole.size() > 1) {
        findings.add(
            error(
                "segment " + name + " is archived twice, with different content: " + whole,
                "find out which one belongs to this cluster, and remove the other"));
      }
      WalInventory.Cover cover =
          whole.isEmpty()
              ? inventory.slices(name)
              : new WalInventory.Cover(whole.subList(0, 1), size);
      if (cover.length() == 0) {
        break;
      }
      segments.add(new WalPlan.Segment(name, cover.pieces(), cover.length()));
      reached = WalSegments.start(number, size).plus(cover.length());
      if (cover.length() < size) {
        break;
      }
      number++;
    }
    return reached.compareTo(captured.stop()) < 0 ? captured.stop() : reached;
  }

  /** What comes after a gap is of no use, and whoever wants the end has to know that. */
  private boolean hasHole(Timelines way, Lsn end) {
    int size = captured.segmentSize();
    Lsn last = new Lsn(end.value() == 0 ? 0 : end.value() - 1);
    return inventory.goesOnAfter(way, WalSegments.number(last, size), size);
  }

  private Finding gap(Timelines way, Lsn end, String why) {
    int size = captured.segmentSize();
    long number = WalSegments.number(end, size);
    return error(
        "the archived log has a gap: it ends at "
            + end
            + " in segment "
            + WalSegments.name(way.forSegment(number, size), number, size)
            + ", and "
            + why,
        "restore to a moment before " + end + ", or from a later backup");
  }

  /**
   * A server that is told to stop somewhere wants to see a record there, or it fails. Where a whole
   * segment follows, there is one; else the log is made to end exactly there.
   */
  private WalPlan.Ending ending(Timelines way, Lsn goal) {
    int size = captured.segmentSize();
    long next = WalSegments.number(goal.plus(size - 1L), size);
    String name = WalSegments.name(way.forSegment(next, size), next, size);
    List<String> whole = inventory.whole(name);
    if (whole.size() == 1) {
      segments.add(new WalPlan.Segment(name, whole, size));
      return new WalPlan.Stop(goal);
    }
    int last = segments.size() - 1;
    if (last >= 0) {
      WalPlan.Segment segment = segments.get(last);
      long start = WalSegments.number(segment.name(), size) * size;
      long length = Math.min(segment.length(), goal.value() - start);
      segments.set(last, new WalPlan.Segment(segment.name(), segment.pieces(), length));
    }
    return new WalPlan.LogEnds();
  }

  private WalPlan.Ending sought() {
    if (replay.goal() instanceof Goal.Time time) {
      return new WalPlan.Sought("recovery_target_time", TIME.format(time.instant()));
    } else if (replay.goal() instanceof Goal.Transaction transaction) {
      return new WalPlan.Sought("recovery_target_xid", Long.toString(transaction.id()));
    } else if (replay.goal() instanceof Goal.Named named) {
      return new WalPlan.Sought("recovery_target_name", named.name());
    }
    return new WalPlan.LogEnds();
  }

  private Finding error(String message, String hint) {
    return Finding.error(source, message, hint);
  }
}
