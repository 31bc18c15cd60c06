package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import java.util.List;

/** What the next incremental backup can build on. */
sealed interface Basis {

  /**
   * It builds on a backup that is whole.
   *
   * @param manifest the backup
   * @param findings what is worth knowing of the choice
   */
  record On(Manifest manifest, List<Finding> findings) implements Basis {
    public On {
      findings = List.copyOf(findings);
    }
  }

  /**
   * There is nothing to build on.
   *
   * @param reason why, as a sentence without its stop
   * @param cause whether that had to be expected
   */
  record Nothing(String reason, Cause cause) implements Basis {}

  /** Why there is nothing to build on. */
  enum Cause {
    /** The first backup, or the one that begins a new chain: a full one is due anyway. */
    DUE,
    /** Something has happened to the chain. */
    BROKEN
  }
}
