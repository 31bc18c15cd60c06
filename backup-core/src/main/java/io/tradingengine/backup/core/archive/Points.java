package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RecoveryPoint.Sample;
import io.tradingengine.backup.core.point.PointCodec;
import io.tradingengine.backup.core.point.PointName;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recovery points on their way: each waits until all that it needs was handed over, and is shipped
 * behind it. Thread-safe.
 */
final class Points {
  /** What may wait; beyond that a store has been away for long, and the oldest are no loss. */
  private static final int MOST_WAITING = 1000;

  /** While nothing changes, one point a minute tells that archiving is alive. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private static final String SUBJECT = "recovery points";

  private final ArchiveParts parts;
  private final Map<String, SourceArchive> archives;
  private final PointCodec codec = new PointCodec();
  private final Deque<RecoveryPoint> waiting = new ArrayDeque<>();
  private final Duration shipEvery;
  private @Nullable RecoveryPoint newest;
  private long published = System.nanoTime();

  /** Named points that were stored, until who asked for them has seen it. */
  private final Map<RecoveryPoint, SpooledObject> stored = new HashMap<>();

  Points(ArchiveParts parts, Map<String, SourceArchive> archives, Duration shipEvery) {
    this.parts = parts;
    this.archives = archives;
    this.shipEvery = shipEvery;
  }

  /** Takes a point that was sampled. */
  synchronized void add(RecoveryPoint point) {
    RecoveryPoint before = newest;
    boolean same =
        before != null
            && before.sources().equals(point.sources())
            && Duration.between(before.at(), point.at()).compareTo(IDLE) < 0;
    if (same && point.name().isEmpty()) {
      return;
    }
    newest = point;
    waiting.add(point);
    while (waiting.size() > MOST_WAITING) {
      RecoveryPoint oldest = waiting.remove();
      if (oldest.name().isPresent()) {
        parts
            .alarms()
            .report(
                SUBJECT,
                Finding.error(
                    SUBJECT,
                    "'" + oldest.name().get() + "' is lost: what it needs was never received",
                    "see to the source that is not followed"));
      }
    }
  }

  /** Ships the points of which all that they need was handed over. */
  synchronized void publish() throws IOException {
    List<RecoveryPoint> batch = new ArrayList<>();
    for (RecoveryPoint point : waiting) {
      if (isArchived(point)) {
        batch.add(point);
      }
    }
    if (batch.isEmpty()) {
      return;
    }
    boolean early = System.nanoTime() - published < shipEvery.toNanos() / 2;
    boolean named = batch.stream().anyMatch(point -> point.name().isPresent());
    if (early && !named) {
      return; // Under load, there is something to publish all the time.
    }
    published = System.nanoTime();
    RecoveryPoint last = batch.get(batch.size() - 1);
    Instant from = batch.get(0).at();
    byte[] bytes = codec.encode(batch);
    SpooledObject object =
        parts
            .encoding()
            .store(
                suffix -> PointName.of(from, last.at(), named, suffix).key(),
                new SpooledObject.Purpose(Optional.empty(), Optional.empty(), Optional.of(last)),
                (encoder, key, target) -> encoder.encode(bytes, key, target));
    waiting.removeAll(batch);
    batch.stream()
        .filter(point -> point.name().isPresent())
        .forEach(point -> stored.put(point, object));
    notifyAll();
  }

  private boolean isArchived(RecoveryPoint point) {
    for (Map.Entry<String, Sample> each : point.sources().entrySet()) {
      SourceArchive archive = archives.get(each.getKey());
      Sample sample = each.getValue();
      if (archive == null
          || !archive.reaches(new StreamPosition(sample.stream(), sample.first()))) {
        return false;
      }
    }
    return true;
  }

  /** Waits until a named point is stored and every required destination has it. */
  void await(RecoveryPoint point, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    SpooledObject object = awaitStored(point, end);
    if (object == null) {
      throw late(point, patience, "the sources do not keep up");
    }
    List<String> late =
        parts.shipping().await(object, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    if (!late.isEmpty()) {
      throw late(point, patience, String.join(", ", late) + " does not have it yet");
    }
  }

  private synchronized @Nullable SpooledObject awaitStored(RecoveryPoint point, long end)
      throws InterruptedException {
    while (!stored.containsKey(point) && System.nanoTime() < end) {
      wait(100);
    }
    return stored.remove(point);
  }

  private static BackupException late(RecoveryPoint point, Duration patience, String why) {
    return new BackupException(
        "The recovery point '"
            + point.name().orElse("")
            + "' is not safe after "
            + patience.toSeconds()
            + " s: "
            + why,
        "it is published as soon as it can be; the archiving's status tells what is wrong",
        null);
  }
}
