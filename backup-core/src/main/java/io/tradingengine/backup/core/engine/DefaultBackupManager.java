package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import io.tradingengine.backup.core.point.PointStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Runs backups on the caller's thread, or on one of their own. Thread-safe. */
final class DefaultBackupManager extends RepositoryManager implements BackupManager {
  private final ArchivingService archiving;

  DefaultBackupManager(BackupConfig config) {
    super(config);
    this.archiving = new ArchivingService(config, encryptor, targets, stored);
  }

  @Override
  public Archiving startArchiving() {
    return runs.run("beginning of the archiving", archiving::start);
  }

  @Override
  public RecoveryPoint markRecoveryPoint(String name) {
    return runs.run("recovery point", () -> archiving.mark(name));
  }

  @Override
  public List<RecoveryPoint> recoveryPoints(Instant since, Instant until) {
    return runs.run(
        "listing of the recovery points",
        () -> {
          try (LogObjects logs = new LogObjects(targets.nearestFirst(), encryptor)) {
            return new PointStore(logs).between(since, until);
          } catch (IOException e) {
            throw new BackupException("The recovery points cannot be read: " + Messages.of(e), e);
          }
        });
  }

  @Override
  public List<Finding> archiveWal(Path file) {
    return push(Optional.empty(), file);
  }

  @Override
  public List<Finding> archiveWal(String source, Path file) {
    return push(Optional.of(source), file);
  }

  private List<Finding> push(Optional<String> source, Path file) {
    return runs.run(
        "archiving of " + file,
        () -> new WalPush(config, encryptor, targets).execute(source, file));
  }

  @Override
  public void close() {
    archiving.close();
    super.close();
  }

  @Override
  public List<Finding> check() {
    return runs.run(
        "check",
        () -> {
          List<Participant> participants = Components.participants(config);
          try {
            List<Finding> findings = new ArrayList<>(Preflight.of(participants).findings());
            targets.all().forEach(target -> findings.addAll(target.check()));
            return findings;
          } finally {
            Components.close(participants);
          }
        });
  }

  @Override
  public BackupMetadata createFullBackup() {
    return runs.run(
        "backup", () -> new BackupRun(config, encryptor, targets).execute(BackupKind.FULL));
  }

  @Override
  public CompletableFuture<BackupMetadata> createFullBackupAsync() {
    return RunFuture.start("backup-" + config.name(), this::createFullBackup);
  }

  @Override
  public BackupMetadata createIncrementalBackup() {
    return runs.run(
        "backup", () -> new BackupRun(config, encryptor, targets).execute(BackupKind.INCREMENTAL));
  }

  @Override
  public CompletableFuture<BackupMetadata> createIncrementalBackupAsync() {
    return RunFuture.start("backup-" + config.name(), this::createIncrementalBackup);
  }

  @Override
  public Optional<BackupMetadata> merge() {
    return runs.run("merge", () -> new MergeRun(config, encryptor, targets).execute());
  }

  @Override
  public BackupMetadata show(BackupId id) {
    return stored.show(id);
  }

  @Override
  public ReplicationReport replicate(ReplicationRequest request) {
    return runs.run("replication", () -> new Replication(config, targets).execute(request));
  }

  @Override
  public ExpiryPlan planExpiry() {
    return runs.run("planning of the expiry", () -> new Expiry(config, targets).plan());
  }

  @Override
  public ExpiryReport expire(ExpiryPlan plan) {
    return runs.run("expiry", () -> new Expiry(config, targets).execute(plan));
  }

  @Override
  public void pin(BackupId id, String reason) {
    runs.run(
        "pinning",
        () -> {
          new Pins(targets, config.clock()).pin(id, reason);
          return id;
        });
  }

  @Override
  public void unpin(BackupId id) {
    runs.run(
        "unpinning",
        () -> {
          new Pins(targets, config.clock()).unpin(id);
          return id;
        });
  }
}
