package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.core.volume.FileContent;
import io.tradingengine.backup.spi.ObjectKey;
import java.time.Instant;
import java.util.Optional;

/**
 * An object that stands in the spool until every destination has it.
 *
 * @param number counts up; objects are shipped in this order
 * @param key what it is called in a repository
 * @param content its bytes
 * @param since when it was made
 * @param purpose what else is to be known of it
 */
record SpooledObject(
    long number, ObjectKey key, FileContent content, Instant since, Purpose purpose) {

  /**
   * What is done once a destination has it. Not remembered after a restart, which does no harm.
   *
   * @param replaces a prefix of keys that are of no use then
   * @param owner the whole piece's key without suffixes, whose objects are not among these
   * @param point the newest recovery point in it
   */
  record Purpose(Optional<String> replaces, Optional<String> owner, Optional<RecoveryPoint> point) {
    static final Purpose NONE = new Purpose(Optional.empty(), Optional.empty(), Optional.empty());
  }
}
