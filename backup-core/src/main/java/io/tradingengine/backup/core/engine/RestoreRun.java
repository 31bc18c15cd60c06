package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupEvent.Operation;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Does what a plan says, after looking once more at what stands in the way. */
final class RestoreRun {
  private final RestorePlanner planner;
  private final OpenBackup backup;
  private final EventSink events;
  private final BackupId id;

  RestoreRun(RestorePlanner planner, OpenBackup backup, EventSink events) {
    this.planner = planner;
    this.backup = backup;
    this.events = events;
    this.id = backup.manifest().id();
  }

  RestoreReport execute(RestorePlan plan) throws IOException, InterruptedException {
    List<Finding> obstacles = RestorePlanner.obstacles(planner.steps(plan.request(), backup));
    if (!obstacles.isEmpty()) {
      throw new RestoreRefusedException(obstacles);
    }
    long begin = System.nanoTime();
    events.send(new BackupEvent.RunStarted(Operation.RESTORE, id));
    try {
      List<RestoreReport.RestoredSource> sources = new ArrayList<>();
      for (Manifest.CapturedSource captured : planner.selected(plan.request(), backup.manifest())) {
        sources.add(restore(plan, captured));
      }
      Duration duration = since(begin);
      events.send(new BackupEvent.RunSucceeded(Operation.RESTORE, id, duration));
      return new RestoreReport(id, sources, duration, plan.predicted());
    } catch (IOException | InterruptedException | RuntimeException e) {
      events.send(new BackupEvent.RunFailed(Operation.RESTORE, id, Messages.of(e)));
      throw e;
    }
  }

  private RestoreReport.RestoredSource restore(RestorePlan plan, Manifest.CapturedSource captured)
      throws IOException, InterruptedException {
    String name = captured.name();
    long begin = System.nanoTime();
    events.send(new BackupEvent.SourceStarted(Operation.RESTORE, id, name));
    ProgressMeter meter = new ProgressMeter(events, Operation.RESTORE, id, name);
    plan.steps().stream()
        .filter(step -> step.source().equals(name))
        .forEach(step -> meter.expect(step.bytes()));
    try (Source source = planner.open(captured)) {
      Restored restored =
          source.restore(RestorePlanner.task(plan.request(), backup, captured, meter::add));
      for (Finding finding : restored.findings()) {
        events.send(new BackupEvent.Found(Operation.RESTORE, id, finding));
      }
      Duration duration = since(begin);
      events.send(
          new BackupEvent.SourceFinished(Operation.RESTORE, id, name, restored.bytes(), duration));
      return new RestoreReport.RestoredSource(
          name,
          restored.targets(),
          restored.bytes(),
          duration,
          restored.findings(),
          restored.nextSteps());
    } catch (IOException e) {
      throw new IOException("source '" + name + "': " + Messages.of(e), e);
    }
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
