package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Answers what it was given and notes what it is asked to do, so that a command's choices show. */
final class ScriptedManager implements BackupManager {
  private final List<String> asked = new ArrayList<>();
  private final List<BackupMetadata> backups;
  private final ReplicationReport replication;
  private final ExpiryPlan plan;
  private final ExpiryReport expiry;
  private List<RecoveryPoint> points = List.of();
  private List<Finding> warnings = List.of();
  private boolean unlistable;
  private Optional<BackupMetadata> taken = Optional.empty();
  private Supplier<Archiving> archiving =
      () -> {
        throw new BackupException("The configuration does not say how to archive");
      };

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

  /** A manager without backups. */
  static ScriptedManager empty() {
    return new ScriptedManager(
        List.of(),
        new ReplicationReport(List.of(), Duration.ZERO),
        new ExpiryPlan(Instant.EPOCH, List.of()),
        new ExpiryReport(List.of()));
  }

  /** Answers with these recovery points, whatever the time asked for. */
  ScriptedManager with(List<RecoveryPoint> answer) {
    points = answer;
    return this;
  }

  /** Takes this backup, whatever kind is asked for. */
  ScriptedManager taking(BackupMetadata answer) {
    taken = Optional.of(answer);
    return this;
  }

  /** Whose list cannot be read. */
  ScriptedManager unlistable() {
    unlistable = true;
    return this;
  }

  /** Archives WAL, and says this of it. */
  ScriptedManager warning(List<Finding> answer) {
    warnings = answer;
    return this;
  }

  /** Begins this archiving. */
  ScriptedManager archiving(Supplier<Archiving> answer) {
    archiving = answer;
    return this;
  }

  /** What would have changed something, in order, and at the end that it was closed. */
  List<String> asked() {
    return asked;
  }

  @Override
  public List<BackupMetadata> list() {
    if (unlistable) {
      throw new BackupException("near cannot be read");
    }
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
  public Archiving startArchiving() {
    return archiving.get();
  }

  @Override
  public List<RecoveryPoint> recoveryPoints(Instant since, Instant until) {
    asked.add("points " + since + " to " + until);
    return points;
  }

  @Override
  public List<Finding> archiveWal(Path file) {
    asked.add("push " + file);
    return warnings;
  }

  @Override
  public List<Finding> archiveWal(String source, Path file) {
    asked.add("push " + file + " of " + source);
    return warnings;
  }

  @Override
  public RecoveryPoint markRecoveryPoint(String name) {
    throw new UnsupportedOperationException();
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
    asked.add("full");
    return taken.orElseThrow(UnsupportedOperationException::new);
  }

  @Override
  public CompletableFuture<BackupMetadata> createFullBackupAsync() {
    throw new UnsupportedOperationException();
  }

  @Override
  public BackupMetadata createIncrementalBackup() {
    asked.add("incremental");
    return taken.orElseThrow(UnsupportedOperationException::new);
  }

  @Override
  public CompletableFuture<BackupMetadata> createIncrementalBackupAsync() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<BackupMetadata> merge() {
    asked.add("merge");
    return taken;
  }

  @Override
  public BackupMetadata show(BackupId id) {
    return backups.stream().filter(each -> each.backupId().equals(id)).findFirst().orElseThrow();
  }
}
