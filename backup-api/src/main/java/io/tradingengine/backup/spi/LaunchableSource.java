package io.tradingengine.backup.spi;

import io.tradingengine.backup.ServerStart;
import io.tradingengine.backup.StartedServer;
import java.io.IOException;

/** A source whose restored copy can be started. */
public interface LaunchableSource extends Source {

  /**
   * Starts what was restored, and returns when it is ready.
   *
   * @throws io.tradingengine.backup.BackupException if it cannot be started as it is, or has ended;
   *     the message says what its log said last
   * @throws IOException if its programs or files cannot be used
   */
  StartedServer launch(ServerStart start) throws IOException, InterruptedException;
}
