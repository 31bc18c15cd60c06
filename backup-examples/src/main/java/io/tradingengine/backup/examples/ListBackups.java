package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the finished backups, with a configuration from a file.
 *
 * <pre>
 * java -cp backup.jar io.tradingengine.backup.examples.ListBackups backup.yaml
 * </pre>
 */
public final class ListBackups {
  private static final Logger log = LoggerFactory.getLogger(ListBackups.class);

  private ListBackups() {}

  public static void main(String[] args) throws IOException {
    BackupConfig config = BackupConfig.load(Path.of(args.length > 0 ? args[0] : "backup.yaml"));

    try (BackupManager manager = BackupManager.create(config)) {
      for (BackupMetadata backup : manager.list()) {
        log.info(
            "{}, finished {}, {} bytes{}",
            backup.backupId(),
            backup.finishedAt(),
            backup.size(),
            backup.degraded() ? ", degraded" : "");
      }
    }
  }
}
