package io.tradingengine.backup.core.postgres;

import java.time.Duration;

/**
 * How a server's log is followed.
 *
 * @param slot the slot's name, which is the connection's {@code application_name} as well
 * @param mode whether commits wait for it
 * @param patience how long the server may be silent until the connection is given up
 */
record WalOptions(String slot, Mode mode, Duration patience) {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Whether commits wait for what is received. */
  enum Mode {
    /** What was received is acknowledged within a moment. */
    ASYNCHRONOUS,
    /** It is acknowledged at once, as commits wait for it: {@code synchronous_standby_names}. */
    SYNCHRONOUS
  }
}
