package io.tradingengine.backup.spi;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store keeps an object for longer, such as by S3's Object Lock: it cannot be removed yet, and
 * trying again before then is of no use.
 */
public final class ObjectProtectedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final @Nullable Instant until;

  /**
   * An object that is protected.
   *
   * @param until when the protection ends; null where nobody says
   */
  public ObjectProtectedException(ObjectKey key, @Nullable Instant until, Throwable cause) {
    super(key + " is protected" + (until == null ? "" : " until " + until), cause);
    this.until = until;
  }

  /** When the protection ends, where that is known. */
  public Optional<Instant> until() {
    return Optional.ofNullable(until);
  }
}
