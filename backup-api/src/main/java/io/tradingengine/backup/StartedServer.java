package io.tradingengine.backup;

import java.time.Duration;

/**
 * A restored server that was started. It goes on when this program ends.
 *
 * @param state what it is ready for
 * @param position how far it has recovered, as text; empty if nobody knows
 * @param pid its main process
 * @param duration how long it took to get there
 */
public record StartedServer(State state, String position, long pid, Duration duration) {

  /** What a server is ready for. */
  public enum State {
    /** It takes writes. */
    OPEN,
    /** It can be read, and waits to be opened. */
    PAUSED
  }
}
