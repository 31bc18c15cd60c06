package io.tradingengine.backup;

/**
 * Continuous archiving at work: it follows the sources, ships their changes to every destination
 * and takes recovery points, until it is closed. Lost connections are taken up again by itself.
 * Thread-safe.
 */
public interface Archiving extends AutoCloseable {

  /** How it stands right now. Cheap: asks nobody. */
  ArchivingStatus status();

  /**
   * Ends archiving: what has come in stays in the spool and is shipped by the next one. Backups
   * that run are not touched.
   */
  @Override
  void close();
}
