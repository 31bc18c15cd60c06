package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupMetadata.MissingSource;
import io.tradingengine.backup.Finding;

/**
 * An optional source that a backup has to do without.
 *
 * @param source which, and why
 * @param hint what to do about it; empty if nothing is known
 */
record LeftOut(MissingSource source, String hint) {

  static LeftOut of(Participant participant, String reason, String hint) {
    return new LeftOut(
        new MissingSource(participant.name(), participant.source().type(), reason), hint);
  }

  /** How it is told. */
  Finding warning() {
    return Finding.warning(
        source.name(), "is optional and is not in the backup: " + source.reason(), hint);
  }
}
