package io.tradingengine.backup.core.files;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a path from the versions before.
 *
 * @param name its raw absolute name without the first slash
 * @param base what it was in version 0; null if it was not there
 * @param last what it was in the last version; null if it was not there
 */
record Known(String name, @Nullable Print base, @Nullable Print last) implements Pairing.Named {

  /** What it was in version 0, if that was still so in the last version. */
  @Nullable Print unchanged() {
    return base != null && base.equals(last) ? base : null;
  }
}
