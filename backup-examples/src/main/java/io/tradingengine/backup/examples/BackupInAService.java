package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.event.BackupEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a full backup in the background of a service and hears how far it has got. Cancelling the
 * future, or closing the manager, stops the run and leaves nothing half published.
 *
 * <pre>
 * export POSTGRES_PASSWORD=...
 * java -cp backup.jar io.tradingengine.backup.examples.BackupInAService backup.yaml
 * </pre>
 */
public final class BackupInAService {
  private static final Logger log = LoggerFactory.getLogger(BackupInAService.class);

  private BackupInAService() {}

  public static void main(String[] args) throws IOException {
    BackupConfig config =
        BackupConfig.reader(Path.of(args.length > 0 ? args[0] : "backup.yaml"))
            .listener(BackupInAService::hear)
            .build();

    try (BackupManager manager = BackupManager.create(config)) {
      CompletableFuture<BackupMetadata> backup = manager.createFullBackupAsync();
      log.info("The service goes on with its work");
      log.info("Backup created: {}", backup.join().backupId());
    }
  }

  /** Called from worker threads; returns quickly. */
  private static void hear(BackupEvent event) {
    if (event instanceof BackupEvent.SourceStarted started) {
      log.info("{}: started", started.source());
    } else if (event instanceof BackupEvent.Progress progress) {
      log.info("{}: {} bytes", progress.source(), progress.done());
    } else if (event instanceof BackupEvent.SourceFinished finished) {
      log.info("{}: {} bytes in {}", finished.source(), finished.bytes(), finished.duration());
    } else if (event instanceof BackupEvent.Found found) {
      log.warn("{}", found.finding());
    }
  }
}
