package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.Secret;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a full backup: the whole programme for a host that backs up.
 *
 * <pre>
 * export POSTGRES_PASSWORD=... REDIS_PASSWORD=...
 * java -cp backup.jar io.tradingengine.backup.examples.FullBackup
 * </pre>
 *
 * <p>Expects the public key in {@code backup-public-key.asc} ({@code backup.jar init
 * --generate-key} makes one).
 */
public final class FullBackup {
  private static final Logger log = LoggerFactory.getLogger(FullBackup.class);

  private FullBackup() {}

  public static void main(String[] args) {
    BackupConfig config =
        BackupConfig.builder("trading-engine")
            .source(
                Postgres.at("localhost", 5432)
                    .database("trading_engine")
                    .user("postgres")
                    .password(Secret.env("POSTGRES_PASSWORD")))
            .source(Redis.at("localhost", 6379).password(Secret.env("REDIS_PASSWORD")))
            .source(FileTree.named("config").path("/etc/trading-engine"))
            .source(FileTree.named("state").path("/var/lib/trading-engine"))
            .encryption(OpenPgp.recipients(Path.of("backup-public-key.asc")))
            .destination(LocalDirectory.at("/var/backups/trading-engine"))
            .build();

    // Create full backup
    try (BackupManager manager = BackupManager.create(config)) {
      BackupMetadata metadata = manager.createFullBackup();
      log.info("Backup created: {}, size: {} bytes", metadata.backupId(), metadata.size());
    }
  }
}
