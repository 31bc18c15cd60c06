package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.point.PointStore;
import io.tradingengine.backup.core.volume.VolumeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans and runs restores on the caller's thread. Thread-safe. */
final class DefaultRestoreManager extends RepositoryManager implements RestoreManager {
  /** A source is staged after the other, and PostgreSQL reads its WAL beside its data. */
  private static final int ARTIFACTS_AT_ONCE = 2;

  private final VolumeOptions options;
  private final RestorePlanner planner;

  DefaultRestoreManager(BackupConfig config) {
    super(config);
    this.options = Components.volumeOptions(config, ARTIFACTS_AT_ONCE);
    this.planner = new RestorePlanner(config, options.workers());
  }

  @Override
  public RestorePlan plan(RestoreRequest request) {
    return runs.run(
        "planning of the restore",
        () -> {
          try (RestoreFrom from = open(request, Optional.empty())) {
            return planner.plan(request, from);
          } catch (IOException e) {
            throw new BackupException("The restore cannot be planned: " + Messages.of(e), e);
          }
        });
  }

  @Override
  public RestoreReport execute(RestorePlan plan) {
    return runs.run(
        "restore",
        () -> {
          RestoreRequest exact = plan.request().pinnedTo(plan.backup().backupId());
          try (RestoreFrom from = open(exact, Optional.of(plan))) {
            return new RestoreRun(planner, from, new EventSink(config.listeners()), config.clock())
                .execute(plan);
          } catch (IOException e) {
            throw new BackupException("The restore failed: " + Messages.of(e), e);
          }
        });
  }

  @Override
  public boolean fetchWal(String name, Path into) {
    return fetch(Optional.empty(), name, into);
  }

  @Override
  public boolean fetchWal(String source, String name, Path into) {
    return fetch(Optional.of(source), name, into);
  }

  private boolean fetch(Optional<String> source, String name, Path into) {
    return runs.run(
        "fetching of " + name,
        () -> {
          requireKey();
          try (LogObjects logs = new LogObjects(targets.nearestFirst(), encryptor)) {
            return new WalFetch(config, targets, logs).execute(source, name, into);
          }
        });
  }

  /** What a plan has found stays so: a newer recovery point is another restore. */
  private RestoreFrom open(RestoreRequest request, Optional<RestorePlan> plan) throws IOException {
    requireKey();
    LogObjects logs = new LogObjects(targets.nearestFirst(), encryptor);
    try {
      List<Finding> findings = new ArrayList<>();
      Replays.Context context = new Replays.Context(config, new StoredChanges.All(logs));
      Moment moment =
          plan.isPresent()
              ? Moment.of(plan.get())
              : new Moments(config, new PointStore(logs)).find(request, newestBackup());
      BaseChoice.Chosen chosen = new BaseChoice(stored, context).choose(request, moment, findings);
      OpenBackup backup = new OpenBackup(chosen.backup(), findings, encryptor, options);
      return new RestoreFrom(backup, chosen.replays(), logs);
    } catch (IOException | RuntimeException e) {
      logs.close();
      throw e;
    }
  }

  private void requireKey() {
    if (!encryptor.canDecrypt()) {
      throw new BackupException(
          "The backups are encrypted, and the configuration has no secret key",
          "add the section 'decryption' with the key and its passphrase",
          null);
    }
  }

  /** By its name, which needs no manifest. */
  private Optional<Instant> newestBackup() {
    return stored.newestFirst(new ArrayList<>()).stream().findFirst().map(BackupId::instant);
  }
}
