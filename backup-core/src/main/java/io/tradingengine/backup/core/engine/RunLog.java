package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupEvent.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What happens in one backup: told to the listeners, and findings remembered. Thread-safe. */
final class RunLog {
  private final EventSink events;
  private final BackupId id;
  private final List<Finding> findings = new ArrayList<>();

  RunLog(EventSink events, BackupId id) {
    this.events = events;
    this.id = id;
  }

  BackupId id() {
    return id;
  }

  void started() {
    events.send(new BackupEvent.RunStarted(Operation.BACKUP, id));
  }

  void started(String source) {
    events.send(new BackupEvent.SourceStarted(Operation.BACKUP, id, source));
  }

  ProgressMeter meter(String source) {
    return new ProgressMeter(events, Operation.BACKUP, id, source);
  }

  void found(Finding finding) {
    synchronized (findings) {
      findings.add(finding);
    }
    events.send(new BackupEvent.Found(Operation.BACKUP, id, finding));
  }

  void leftOut(LeftOut source) {
    found(source.warning());
    events.send(
        new BackupEvent.SourceLeftOut(
            Operation.BACKUP, id, source.source().name(), source.source().reason()));
  }

  void finished(String source, long bytes, Duration took) {
    events.send(new BackupEvent.SourceFinished(Operation.BACKUP, id, source, bytes, took));
  }

  void succeeded(Duration took) {
    events.send(new BackupEvent.RunSucceeded(Operation.BACKUP, id, took));
  }

  void failed(String reason) {
    events.send(new BackupEvent.RunFailed(Operation.BACKUP, id, reason));
  }

  /** What was found so far. */
  List<Finding> findings() {
    synchronized (findings) {
      return List.copyOf(findings);
    }
  }
}
