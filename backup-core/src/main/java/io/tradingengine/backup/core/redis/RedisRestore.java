package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.redis.RestoreScheme.Way;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;

/**
 * Restores a Redis snapshot: into a running server as its master for a while, key by key, or as
 * files. Immutable.
 */
final class RedisRestore {
  private final RestoreSettings settings;

  RedisRestore(RestoreSettings settings) {
    this.settings = settings;
  }

  /**
   * Says what {@link #stage} and its publication would do. Changes nothing.
   *
   * @throws IOException if a server that answers cannot be asked
   * @throws io.tradingengine.backup.IntegrityException if the backup is not whole
   */
  RestorePreview preview(RestoreTask task) throws IOException, InterruptedException {
    try (Connections connections = new Connections(settings.redis())) {
      return new RestorePlanner(settings, task).plan(connections).preview();
    }
  }

  /**
   * Verifies the backup, and prepares its restore as far as that leaves the target's data alone.
   *
   * @throws IOException if it failed; the message says in which state the target was left
   * @throws io.tradingengine.backup.IntegrityException if something is not what was backed up
   * @throws RestoreRefusedException if something stands in the way; nothing was touched
   */
  StagedRestore stage(RestoreTask task) throws IOException, InterruptedException {
    Connections connections = new Connections(settings.redis());
    try {
      RestoreScheme scheme = new RestorePlanner(settings, task).plan(connections);
      if (!scheme.obstacles().isEmpty()) {
        throw new RestoreRefusedException(scheme.obstacles());
      }
      return stage(new RestoreJob(settings, task, scheme), connections);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      connections.close();
      throw e;
    }
  }

  /** From here on, the connections belong to the staged restore. */
  private static StagedRestore stage(RestoreJob job, Connections connections)
      throws IOException, InterruptedException {
    Way way = job.scheme().way();
    if (way instanceof Way.Online online) {
      return OnlineRestore.stage(job, online.target(), connections);
    }
    if (way instanceof Way.Commands commands) {
      return CommandRestore.stage(job, commands.targets(), connections);
    }
    connections.close();
    return OfflineRestore.stage(job, ((Way.Offline) way).folders());
  }
}
