package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.Encryptor;
import java.util.List;

/**
 * What both managers do: they look at repositories, and stop what runs when closed. Thread-safe.
 */
abstract class RepositoryManager {
  final BackupConfig config;
  final Encryptor encryptor;
  final Targets targets;
  final StoredBackups stored;
  final RunRegistry runs = new RunRegistry();

  RepositoryManager(BackupConfig config) {
    this.config = config;
    this.encryptor = Components.encryptor(config);
    this.targets = Targets.open(config, encryptor);
    this.stored = new StoredBackups(config.name(), targets);
  }

  public List<BackupMetadata> list() {
    return stored.list().backups();
  }

  public List<Finding> damaged() {
    return stored.list().findings();
  }

  public void close() {
    runs.close();
    targets.close();
  }
}
