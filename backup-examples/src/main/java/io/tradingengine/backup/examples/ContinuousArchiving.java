package io.tradingengine.backup.examples;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupListener;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives continuously inside a service, between its backups, and names a moment that only the
 * service knows to be consistent.
 *
 * <pre>
 * export POSTGRES_PASSWORD=... REDIS_PASSWORD=...
 * java -cp backup.jar io.tradingengine.backup.examples.ContinuousArchiving backup.yaml /var/spool/backup
 * </pre>
 */
public final class ContinuousArchiving {
  private static final Logger log = LoggerFactory.getLogger(ContinuousArchiving.class);

  private ContinuousArchiving() {}

  public static void main(String[] args) throws IOException {
    BackupConfig config =
        BackupConfig.reader(Path.of(args[0]))
            .archiving(ArchivingOptions.spool(Path.of(args[1])))
            .listener(new Watch())
            .build();

    // Archiving goes on in the background until it is closed; the service goes on with its work.
    try (BackupManager manager = BackupManager.create(config);
        Archiving archiving = manager.startArchiving()) {
      log.info("A restore begins with {}", manager.createFullBackup().backupId());

      // The books are closed: nobody trades until this returns, and it is safe everywhere then.
      RecoveryPoint point = manager.markRecoveryPoint("end-of-day");
      log.info("A restore can go to 'end-of-day', {}", point.at());

      ArchivingStatus status = archiving.status();
      status.exposure().ifPresent(age -> log.info("At risk now: the last {} ms", age.toMillis()));
      status.fullBackupDue().ifPresent(why -> log.warn("A full backup is due: {}", why));
    }
  }

  /** Called from archiving's threads; returns quickly. */
  private static final class Watch implements BackupListener {
    @Override
    public void onEvent(BackupEvent event) {}

    @Override
    public void onArchiving(Finding finding) {
      if (finding.severity() == Finding.Severity.ERROR) {
        log.error("Somebody has to see to this: {}", finding);
      } else {
        log.warn("{}", finding);
      }
    }
  }
}
