package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.core.openpgp.OpenPgpKeyPairs;
import io.tradingengine.backup.spi.EngineProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** This engine, as the API finds it. Stateless. */
public final class BackupEngineProvider implements EngineProvider {

  /** For {@link java.util.ServiceLoader}. */
  public BackupEngineProvider() {}

  @Override
  public BackupManager backupManager(BackupConfig config) {
    return new DefaultBackupManager(config);
  }

  @Override
  public RestoreManager restoreManager(BackupConfig config) {
    return new DefaultRestoreManager(config);
  }

  @Override
  public Map<String, Object> readYaml(Path file) throws IOException {
    return YamlReader.read(file);
  }

  @Override
  public void generateKeyPair(OpenPgp.KeyPairRequest request) throws IOException {
    OpenPgpKeyPairs.generate(request);
  }
}
