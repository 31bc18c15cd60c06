package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupCancelledException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupEvent.Operation;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** Does what a plan says, after looking once more at what stands in the way. */
final class RestoreRun {
  private final RestorePlanner planner;
  private final RestoreFrom from;
  private final EventSink events;
  private final BackupId id;
  private final Clock clock;

  RestoreRun(RestorePlanner planner, RestoreFrom from, EventSink events, Clock clock) {
    this.planner = planner;
    this.clock = clock;
    this.from = from;
    this.events = events;
    this.id = from.manifest().id();
  }

  RestoreReport execute(RestorePlan plan) throws IOException, InterruptedException {
    List<Finding> obstacles = RestorePlanner.obstacles(planner.steps(plan.request(), from));
    if (!obstacles.isEmpty()) {
      throw new RestoreRefusedException(obstacles);
    }
    long begin = System.nanoTime();
    events.send(new BackupEvent.RunStarted(Operation.RESTORE, id));
    try (ReadNotes notes = ReadNotes.hold(id, from.backup().targets(), clock)) {
      List<RestoreReport.RestoredSource> sources = restoreAll(plan);
      if (plan.request().sources().isEmpty()) {
        notes.proven(from.backup()::proves);
      }
      List<Finding> findings = new ArrayList<>(from.findings());
      findings.addAll(notes.findings());
      findings.forEach(each -> events.send(new BackupEvent.Found(Operation.RESTORE, id, each)));
      Duration duration = since(begin);
      events.send(new BackupEvent.RunSucceeded(Operation.RESTORE, id, duration));
      return new RestoreReport(id, plan.point(), sources, findings, duration, plan.predicted());
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      events.send(new BackupEvent.RunFailed(Operation.RESTORE, id, Messages.of(e)));
      throw e;
    }
  }

  /** Stages all before the first takes its place: a damaged source leaves every other as it was. */
  private List<RestoreReport.RestoredSource> restoreAll(RestorePlan plan)
      throws IOException, InterruptedException {
    Deque<SourceRestore> staged = new ArrayDeque<>();
    try {
      for (Manifest.CapturedSource captured :
          RestorePlanner.selected(plan.request(), from.manifest())) {
        staged.add(SourceRestore.stage(planner, from, events, plan, captured));
      }
      publish(staged);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      takeBack(staged, e);
      throw e;
    }
    List<RestoreReport.RestoredSource> restored = new ArrayList<>();
    for (SourceRestore each : staged) {
      restored.add(each.finish());
    }
    return restored;
  }

  /**
   * Publishes last what cannot be taken back, so that it does not have to be because another one
   * failed.
   */
  private static void publish(Collection<SourceRestore> staged)
      throws IOException, InterruptedException {
    for (SourceRestore each : staged) {
      if (each.reversible()) {
        each.publish();
      }
    }
    List<String> before = new ArrayList<>();
    for (SourceRestore each : staged) {
      if (!each.reversible()) {
        publishForGood(each, before);
        before.add(each.name());
      }
    }
  }

  private static void publishForGood(SourceRestore restore, List<String> before)
      throws IOException {
    String remain =
        before.isEmpty()
            ? ""
            : "; restored before it, and not taken back: " + Messages.some(before);
    try {
      restore.publish();
    } catch (InterruptedException e) {
      throw new BackupCancelledException(
          "The restore was stopped while '"
              + restore.name()
              + "' was handed over, which cannot be taken back"
              + remain,
          e);
    } catch (IOException | RuntimeException e) {
      if (before.isEmpty()) {
        throw e;
      }
      throw new IOException(Messages.of(e) + remain, e);
    }
  }

  /** The last first, as what it had moved aside may lie in what an earlier one put in place. */
  private static void takeBack(Deque<SourceRestore> staged, Throwable cause) {
    boolean interrupted = Thread.interrupted();
    while (!staged.isEmpty()) {
      try {
        staged.removeLast().close();
      } catch (IOException | RuntimeException e) {
        cause.addSuppressed(e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
