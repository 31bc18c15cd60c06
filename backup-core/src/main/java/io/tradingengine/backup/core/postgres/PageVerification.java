package io.tradingengine.backup.core.postgres;

/** Who verifies the checksums of pages while a base backup is taken. */
enum PageVerification {
  /** We do, and read doubtful pages again by SQL. */
  OURS,

  /**
   * The server does as well: it reads a doubtful page again before it sends it, where we may not.
   * It costs it a fifth of its CPU time.
   */
  SERVER_TOO
}
