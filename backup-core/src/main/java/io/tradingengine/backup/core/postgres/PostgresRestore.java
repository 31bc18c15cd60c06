package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Restores a base backup with its WAL into a data directory. Needs no server and no PostgreSQL
 * programs. Immutable.
 */
final class PostgresRestore {
  private final String sourceName;
  private final Optional<Path> dataDirectory;

  /**
   * Prepares restores.
   *
   * @param dataDirectory where a restore goes that is not told otherwise, if the configuration says
   *     so
   */
  PostgresRestore(String sourceName, Optional<Path> dataDirectory) {
    this.sourceName = sourceName;
    this.dataDirectory = dataDirectory;
  }

  /**
   * Says what {@link #stage} would do. Changes nothing.
   *
   * @throws IOException if the backup's indexes cannot be read
   * @throws io.tradingengine.backup.IntegrityException if the backup is not whole
   */
  RestorePreview preview(RestoreTask task) throws IOException {
    RestoreScheme scheme = plan(task);
    return new RestorePreview(scheme.targets(), scheme.bytes(), scheme.findings());
  }

  /**
   * Builds the copy beside its place. On return everything is verified and durable.
   *
   * @throws IOException if it failed; the message says in which state the target was left
   * @throws io.tradingengine.backup.IntegrityException if something is not what was backed up
   * @throws RestoreRefusedException if something stands in the way; nothing was touched
   */
  StagedRestore stage(RestoreTask task) throws IOException, InterruptedException {
    RestoreScheme scheme = plan(task);
    if (!scheme.obstacles().isEmpty()) {
      throw new RestoreRefusedException(scheme.obstacles());
    }
    RestoreExecution execution = new RestoreExecution(sourceName, task, scheme);
    execution.stage();
    return execution;
  }

  private RestoreScheme plan(RestoreTask task) throws IOException {
    return new RestorePlanner(sourceName, task).plan(dataDirectory);
  }
}
