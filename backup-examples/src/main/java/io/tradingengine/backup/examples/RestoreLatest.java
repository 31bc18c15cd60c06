package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores the newest backup into a folder, each source below it under its own name. Needs the
 * repository and the secret key (the {@code decryption} part of the configuration), and no running
 * store.
 *
 * <pre>
 * export BACKUP_PASSPHRASE=...
 * java -cp backup.jar io.tradingengine.backup.examples.RestoreLatest backup.yaml /srv/restored
 * </pre>
 */
public final class RestoreLatest {
  private static final Logger log = LoggerFactory.getLogger(RestoreLatest.class);

  private RestoreLatest() {}

  public static void main(String[] args) throws IOException {
    BackupConfig config = BackupConfig.load(Path.of(args[0]));
    Path target = Path.of(args[1]);

    try (RestoreManager restore = RestoreManager.create(config)) {
      // The plan changes nothing: it says what will be done, its size and its predicted duration.
      RestorePlan plan = restore.plan(RestoreRequest.latest().into(target));
      log.info(
          "{}: {} bytes, about {} s",
          plan.backup().backupId(),
          plan.writeBytes(),
          plan.predicted().toSeconds());

      // Refuses, with nothing touched, if something is in the way.
      RestoreReport report = restore.execute(plan);
      for (RestoreReport.RestoredSource source : report.sources()) {
        log.info("{} restored to {}", source.name(), source.targets());
        source.nextSteps().forEach(step -> log.info("next: {}", step));
      }
    }
  }
}
