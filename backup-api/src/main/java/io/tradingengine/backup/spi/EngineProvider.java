package io.tradingengine.backup.spi;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The engine behind the API. There is one, in {@code backup-core}. */
public interface EngineProvider {

  /** A manager of backups for a configuration that has been checked. */
  BackupManager backupManager(BackupConfig config);

  /** A manager of restores for a configuration that has been checked. */
  RestoreManager restoreManager(BackupConfig config);

  /**
   * Reads a configuration file into text, numbers, booleans, lists and maps. Refuses doubled keys.
   *
   * @throws io.tradingengine.backup.InvalidConfigException if the file is no such thing
   * @throws IOException if it cannot be read
   */
  Map<String, Object> readYaml(Path file) throws IOException;

  /**
   * Makes an OpenPGP key pair and writes it to two new files.
   *
   * @throws java.nio.file.FileAlreadyExistsException if one of the files is there; neither is
   *     touched
   * @throws IOException if they cannot be written; neither is left behind
   */
  void generateKeyPair(OpenPgp.KeyPairRequest request) throws IOException;
}
