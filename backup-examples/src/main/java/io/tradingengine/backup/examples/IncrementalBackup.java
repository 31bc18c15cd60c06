package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an incremental backup, with a configuration from a file, and says what it builds on and
 * what it saved.
 *
 * <pre>
 * java -cp backup.jar io.tradingengine.backup.examples.IncrementalBackup backup.yaml
 * </pre>
 *
 * <p>Where there is nothing to build on, a full backup is taken, and a finding says why. A host
 * without the secret key needs {@code incremental: {memory: FOLDER}}.
 */
public final class IncrementalBackup {
  private static final Logger log = LoggerFactory.getLogger(IncrementalBackup.class);

  private IncrementalBackup() {}

  public static void main(String[] args) throws IOException {
    BackupConfig config = BackupConfig.load(Path.of(args.length > 0 ? args[0] : "backup.yaml"));

    try (BackupManager manager = BackupManager.create(config)) {
      BackupMetadata backup = manager.createIncrementalBackup();
      log.info("Backup created: {}, size: {} bytes", backup.backupId(), backup.size());
      for (Finding finding : backup.findings()) {
        log.info("{}", finding); // such as why it is a full one
      }
      if (backup.parent().isPresent()) {
        BackupMetadata full = fullBackup(manager, backup);
        log.info("Builds on {}, chain of {}", backup.parent().get(), full.backupId());
        log.info("Saved {} bytes against the full backup", full.size() - backup.size());
      }
    }
  }

  /** The backup that the chain begins with. */
  private static BackupMetadata fullBackup(BackupManager manager, BackupMetadata backup) {
    BackupMetadata link = backup;
    while (link.parent().isPresent()) {
      link = manager.show(link.parent().get());
    }
    return link;
  }
}
