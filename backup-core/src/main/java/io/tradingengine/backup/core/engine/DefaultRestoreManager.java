package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.ServerStart;
import io.tradingengine.backup.StartedServer;
import io.tradingengine.backup.core.point.PointStore;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.spi.LaunchableSource;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
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
  public StartedServer start(ServerStart start) {
    return runs.run(
        "start of " + start.source(),
        () -> {
          Settings settings =
              config.sources().stream()
                  .filter(each -> SourceNames.of(each).equals(start.source()))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new BackupException(
                              "The configuration has no source '" + start.source() + "'"));
          try (Source source = Components.source(settings)) {
            if (source instanceof LaunchableSource launchable) {
              return launchable.launch(start);
            }
            throw new BackupException(
                "'" + start.source() + "' is nothing that is started", "only PostgreSQL is", null);
          } catch (IOException e) {
            throw new BackupException(
                "'" + start.source() + "' cannot be started: " + Messages.of(e), e);
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
      BaseChoice choice = new BaseChoice(stored, context);
      PointStore points = new PointStore(logs);
      Moment moment =
          plan.isPresent()
              ? Moment.of(plan.get())
              : new Moments(config, points).find(request, newestBackup());
      BaseChoice.Chosen chosen = choice.choose(request, moment, findings);
      if (!chosen.replays().open()) {
        new LatestReachable(choice, points, request).find(moment).ifPresent(findings::add);
      }
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

  /**
   * When the newest backup was whole: a recovery point before that is older than what it holds. One
   * whose manifest is damaged counts by its name.
   */
  private Optional<Instant> newestBackup() {
    Optional<BackupId> id = stored.newestFirst(new ArrayList<>()).stream().findFirst();
    try {
      return id.map(each -> stored.find(each).run().finishedAt());
    } catch (BackupException e) {
      RunRegistry.throwInterruption(e);
      return id.map(BackupId::instant);
    }
  }
}
