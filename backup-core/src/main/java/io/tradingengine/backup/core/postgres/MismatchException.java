package io.tradingengine.backup.core.postgres;

import java.io.IOException;

/** A restored file is not what the server's manifest says. */
final class MismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  MismatchException(ManifestFile expected, String actual) {
    super(
        "'"
            + expected.path()
            + "' has the "
            + expected.algorithm()
            + " checksum "
            + actual
            + ", where the server's manifest says "
            + expected.checksum());
  }
}
