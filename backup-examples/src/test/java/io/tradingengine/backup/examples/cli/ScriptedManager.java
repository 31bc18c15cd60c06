package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers what it was given and notes what it is asked to do, so that a command's choices show. */
final class ScriptedManager implements BackupManager {
  private final List<String> asked = new ArrayList<>();
  private final List<BackupMetadata> backups;
  private final ReplicationReport replication;
  private final ExpiryPlan plan;
  private final ExpiryReport expiry;

  ScriptedManager(
      List<BackupMetadata> backups,
      ReplicationReport replication,
      ExpiryPlan plan,
      ExpiryReport expiry) {
    this.backups = backups;
    this.replication = replication;
    this.plan = plan;
    this.expiry = expiry;
  }

  /** What would have changed something, in order, and at the end that it was closed. */
  List<String> asked() {
    return asked;
  }

  @Override
  public List<BackupMetadata> list() {
    return backups;
  }

  @Override
  public List<Finding> damaged() {
    return List.of();
  }

  @Override
  public ReplicationReport replicate(ReplicationRequest request) {
    asked.add("replicate " + request);
    return replication;
  }

  @Override
  public ExpiryPlan planExpiry() {
    return plan;
  }

  @Override
  public ExpiryReport expire(ExpiryPlan executed) {
    asked.add(executed.equals(plan) ? "expire" : "expire another plan");
    return expiry;
  }

  @Override
  public void pin(BackupId id, String reason) {
    asked.add("pin " + id + " " + reason);
  }

  @Override
  public void unpin(BackupId id) {
    asked.add("unpin " + id);
  }

  @Override
  public void close() {
    asked.add("close");
  }

  @Override
  public List<Finding> check() {
    throw new UnsupportedOperationException();
  }

  @Override
  public BackupMetadata createFullBackup() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<BackupMetadata> createFullBackupAsync() {
    throw new UnsupportedOperationException();
  }

  @Override
  public BackupMetadata show(BackupId id) {
    throw new UnsupportedOperationException();
  }
}
