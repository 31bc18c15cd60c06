package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.spi.Encryptor;
import java.io.IOException;
import java.util.List;

/** Plans and runs restores on the caller's thread. Thread-safe. */
final class DefaultRestoreManager implements RestoreManager {
  /** A source is staged after the other, and PostgreSQL reads its WAL beside its data. */
  private static final int ARTIFACTS_AT_ONCE = 2;

  private final BackupConfig config;
  private final Encryptor encryptor;
  private final Repositories repositories;
  private final VolumeOptions options;
  private final RestorePlanner planner;
  private final RunRegistry runs = new RunRegistry();

  DefaultRestoreManager(BackupConfig config) {
    this.config = config;
    this.encryptor = Components.encryptor(config);
    this.repositories = new Repositories(config, encryptor);
    this.options = Components.volumeOptions(config, ARTIFACTS_AT_ONCE);
    this.planner = new RestorePlanner(config, options.workers());
  }

  @Override
  public List<BackupMetadata> list() {
    return repositories.backups();
  }

  @Override
  public List<Finding> damaged() {
    return repositories.damaged();
  }

  @Override
  public RestorePlan plan(RestoreRequest request) {
    return runs.run(
        "planning of the restore",
        () -> {
          try (OpenBackup backup = open(request)) {
            return planner.plan(request, backup);
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
          try (OpenBackup backup = open(exact)) {
            return new RestoreRun(planner, backup, new EventSink(config.listeners())).execute(plan);
          } catch (IOException e) {
            throw new BackupException("The restore failed: " + Messages.of(e), e);
          }
        });
  }

  private OpenBackup open(RestoreRequest request) throws IOException {
    if (!encryptor.canDecrypt()) {
      throw new BackupException(
          "The backups are encrypted, and the configuration has no secret key",
          "add the section 'decryption' with the key and its passphrase",
          null);
    }
    Repositories.StoredBackup stored =
        request.backupId().map(repositories::find).orElseGet(repositories::newest);
    return new OpenBackup(stored, encryptor, options);
  }

  @Override
  public void close() {
    runs.close();
    repositories.close();
  }
}
