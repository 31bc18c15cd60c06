package io.tradingengine.backup.spi;

import java.time.Instant;
import java.util.Objects;

/** How far a restore of one source goes beyond its capture. */
public sealed interface Goal {

  /** As far as the stored changes go. */
  record End() implements Goal {}

  /**
   * Up to a position: every change that begins before it, and none that begins at it or later.
   *
   * @param position where to stop
   */
  record At(StreamPosition position) implements Goal {
    public At {
      Objects.requireNonNull(position, "position");
    }
  }

  /**
   * PostgreSQL's own target time: the transactions that committed before it.
   *
   * @param instant the first instant that is not restored
   */
  record Time(Instant instant) implements Goal {
    public Time {
      Objects.requireNonNull(instant, "instant");
    }
  }

  /**
   * Up to and with a transaction.
   *
   * @param id PostgreSQL's transaction id, 32 bits
   */
  record Transaction(long id) implements Goal {}

  /**
   * Up to a restore point that {@code pg_create_restore_point} made.
   *
   * @param name its name
   */
  record Named(String name) implements Goal {
    public Named {
      Objects.requireNonNull(name, "name");
    }
  }
}
