package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import java.io.IOException;

/** Makes what takes the parts of one base backup. Used by one thread. */
interface Archives {

  /**
   * Begins an archive.
   *
   * @param name as the server calls it: {@code base.tar}, or a tablespace's OID and {@code .tar}
   */
  BackupPart open(String name) throws IOException;

  /** Begins the server's manifest. */
  BackupPart manifest() throws IOException;

  /**
   * All parts have come.
   *
   * @param start where the backup begins
   * @throws io.tradingengine.backup.spi.UnusableParentException if they do not go with the capture
   *     that they build on
   */
  void finish(Lsn start) throws IOException, InterruptedException;
}
