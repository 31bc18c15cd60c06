package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores all sources to one moment, each below a folder under its own name: to the last recovery
 * point at or before a time. Needs the repository and the secret key, and no running store.
 *
 * <pre>
 * export BACKUP_PASSPHRASE=...
 * java -cp backup.jar io.tradingengine.backup.examples.PointInTimeRestore \
 *     backup.yaml 2024-01-15T14:30:00Z /srv/restored
 * </pre>
 */
public final class PointInTimeRestore {
  private static final Logger log = LoggerFactory.getLogger(PointInTimeRestore.class);

  private PointInTimeRestore() {}

  public static void main(String[] args) throws IOException {
    BackupConfig config = BackupConfig.load(Path.of(args[0]));
    OffsetDateTime time = OffsetDateTime.parse(args[1]);

    try (RestoreManager restore = RestoreManager.create(config)) {
      // For a moment that the application named: RestoreRequest.latest().atPoint("end-of-day")
      RestoreRequest request = RestoreRequest.latest().at(time.toInstant()).into(Path.of(args[2]));
      RestorePlan plan = restore.plan(request);
      log.info("Begins with {}", plan.backup().backupId());
      plan.point().ifPresent(point -> log.info("Goes to {}", point.at()));
      for (Finding obstacle : plan.obstacles()) {
        log.error("In the way: {}", obstacle);
      }

      // Refuses, with nothing touched, if something is in the way.
      RestoreReport report = restore.execute(plan);
      report.skew().ifPresent(skew -> log.info("No two sources lie further apart than {}", skew));
      for (RestoreReport.RestoredSource source : report.sources()) {
        log.info("{} restored to {}", source.name(), source.targets());
        source.nextSteps().forEach(step -> log.info("next: {}", step));
      }
    }
  }
}
