package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IncrementalSource;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.util.Optional;

/**
 * What a backup builds on, and what is remembered of it for the one that builds on it. Thread-safe.
 *
 * @param parent empty for a full backup
 * @param remembering empty where nothing is remembered
 */
record Lineage(Optional<Parent> parent, Optional<Remembering> remembering) {

  /** A backup that builds on nothing, and of which nothing is remembered. */
  static Lineage none() {
    return new Lineage(Optional.empty(), Optional.empty());
  }

  /**
   * What came of a capture.
   *
   * @param state what the source says of it
   * @param parent the backup that it builds on; empty if it stands on its own
   */
  record Outcome(SourceState state, Optional<BackupId> parent) {}

  Outcome capture(Source source, ArtifactSink sink) throws IOException, InterruptedException {
    ArtifactSink out = remembering.map(each -> each.of(source, sink)).orElse(sink);
    Optional<Captured> base = parent.flatMap(each -> each.of(source));
    if (base.isPresent() && source instanceof IncrementalSource incremental) {
      try {
        return new Outcome(
            incremental.captureSince(base.get(), out), Optional.of(base.get().backupId()));
      } catch (UnusableParentException e) {
        UnusableParentException named =
            new UnusableParentException("'" + source.name() + "': " + Messages.of(e));
        named.initCause(e);
        throw named;
      }
    }
    return new Outcome(source.capture(out), Optional.empty());
  }

  Optional<BackupId> parentId() {
    return parent.map(Parent::id);
  }
}
