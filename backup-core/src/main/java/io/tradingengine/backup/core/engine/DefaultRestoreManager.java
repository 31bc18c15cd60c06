package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.volume.VolumeOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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
            return new RestoreRun(
                    planner, backup, new EventSink(config.listeners()), config.clock())
                .execute(plan);
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
    List<Finding> findings = new ArrayList<>();
    StoredBackups.StoredBackup backup =
        request.backupId().map(stored::find).orElseGet(() -> stored.newest(findings));
    return new OpenBackup(backup, findings, encryptor, options);
  }
}
