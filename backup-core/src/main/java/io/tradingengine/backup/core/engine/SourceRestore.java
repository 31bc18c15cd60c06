package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupEvent.Operation;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The restore of one source: staged, published, finished. Used by one thread. */
final class SourceRestore {
  private final EventSink events;
  private final BackupId id;
  private final Source source;
  private final StagedRestore staged;
  private final Duration staging;
  private final Optional<Instant> reached;

  private SourceRestore(
      EventSink events, BackupId id, Source source, StagedRestore staged, Outcome outcome) {
    this.events = events;
    this.id = id;
    this.source = source;
    this.staged = staged;
    this.staging = outcome.staging();
    this.reached = outcome.reached();
  }

  private record Outcome(Duration staging, Optional<Instant> reached) {}

  /** Builds and verifies the copy beside its place. */
  static SourceRestore stage(
      RestorePlanner planner,
      RestoreFrom from,
      EventSink events,
      RestorePlan plan,
      Manifest.CapturedSource captured)
      throws IOException, InterruptedException {
    String name = captured.name();
    BackupId id = from.manifest().id();
    long begin = System.nanoTime();
    events.send(new BackupEvent.SourceStarted(Operation.RESTORE, id, name));
    ProgressMeter meter = new ProgressMeter(events, Operation.RESTORE, id, name);
    plan.steps().stream()
        .filter(step -> step.source().equals(name))
        .forEach(step -> meter.expect(step.bytes()));
    Source source = planner.open(captured);
    try {
      StagedRestore staged =
          source.stage(RestorePlanner.task(plan.request(), from, captured, meter::add));
      Duration duration = Duration.ofNanos(System.nanoTime() - begin);
      Optional<Instant> reached =
          from.replays().of(name).isPresent()
              ? plan.point().map(RecoveryPoint::at)
              : Optional.of(captured.state().asOf());
      return new SourceRestore(events, id, source, staged, new Outcome(duration, reached));
    } catch (IOException e) {
      source.close();
      throw new IOException("source '" + name + "': " + Messages.of(e), e);
    } catch (InterruptedException | RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  String name() {
    return source.name();
  }

  /** Whether what was published can be taken back. */
  boolean reversible() {
    return staged.reversible();
  }

  /** Puts the copy in its place. */
  void publish() throws IOException, InterruptedException {
    try {
      staged.publish();
    } catch (IOException e) {
      throw new IOException("source '" + source.name() + "': " + Messages.of(e), e);
    }
  }

  /** Says that it stays, and what was done. */
  RestoreReport.RestoredSource finish() throws IOException {
    Restored restored = staged.finish();
    source.close();
    for (Finding finding : restored.findings()) {
      events.send(new BackupEvent.Found(Operation.RESTORE, id, finding));
    }
    events.send(
        new BackupEvent.SourceFinished(
            Operation.RESTORE, id, source.name(), restored.bytes(), staging));
    return new RestoreReport.RestoredSource(
        source.name(),
        reached,
        restored.targets(),
        restored.bytes(),
        staging,
        restored.findings(),
        restored.nextSteps());
  }

  /** Takes everything back. */
  void close() throws IOException {
    try {
      staged.close();
    } finally {
      source.close();
    }
  }
}
