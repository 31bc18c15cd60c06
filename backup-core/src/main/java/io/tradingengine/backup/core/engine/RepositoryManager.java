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
  final Repositories repositories;
  final RunRegistry runs = new RunRegistry();

  RepositoryManager(BackupConfig config) {
    this.config = config;
    this.encryptor = Components.encryptor(config);
    this.repositories = new Repositories(config, encryptor);
  }

  public List<BackupMetadata> list() {
    return repositories.backups();
  }

  public List<Finding> damaged() {
    return repositories.damaged();
  }

  public void close() {
    runs.close();
    repositories.close();
  }
}
