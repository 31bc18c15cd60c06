package io.tradingengine.backup.core.postgres;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a server's WAL summaries have proved wrong since the source was opened. Thread-safe. */
final class SummaryTrust {
  private volatile @Nullable String doubt;

  /** They are not to be asked again. */
  void lost(String reason) {
    doubt = reason;
  }

  /** Why they are not to be asked; empty if they are. */
  Optional<String> doubt() {
    return Optional.ofNullable(doubt);
  }
}
