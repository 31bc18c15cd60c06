package io.tradingengine.backup;

import java.time.Instant;
import java.util.Objects;

/**
 * The moment that a restore goes to. A moment that a recovery point covers is one for all sources;
 * what only PostgreSQL knows ({@link Transaction}, {@link RestorePoint}) restores PostgreSQL alone.
 */
public sealed interface RestoreTarget {

  /** The newest recovery point; where nothing was archived after the backup, the backup itself. */
  record Newest() implements RestoreTarget {}

  /** The backup as it is, whatever was archived after it. */
  record Backup() implements RestoreTarget {}

  /**
   * The last recovery point at or before an instant.
   *
   * @param instant by the clock of the host that archived
   */
  record Time(Instant instant) implements RestoreTarget {
    public Time {
      Objects.requireNonNull(instant, "instant");
    }
  }

  /**
   * A recovery point that {@link BackupManager#markRecoveryPoint} named; of several of that name
   * the last.
   *
   * @param name its name
   */
  record Point(String name) implements RestoreTarget {
    public Point {
      Objects.requireNonNull(name, "name");
    }
  }

  /**
   * A position in PostgreSQL's log: all that begins before it. The other sources go to the last
   * recovery point at or before it.
   *
   * @param lsn the first position that is not restored
   */
  record Position(Lsn lsn) implements RestoreTarget {
    public Position {
      Objects.requireNonNull(lsn, "lsn");
    }
  }

  /**
   * Up to and with a transaction of PostgreSQL.
   *
   * @param id the transaction's id, unsigned 32 bits
   */
  record Transaction(long id) implements RestoreTarget {
    public Transaction {
      if (id < 0 || id > 0xFFFF_FFFFL) {
        throw new IllegalArgumentException("not a transaction id: " + id);
      }
    }
  }

  /**
   * A restore point that {@code pg_create_restore_point} made in PostgreSQL.
   *
   * @param name its name
   */
  record RestorePoint(String name) implements RestoreTarget {
    public RestorePoint {
      Objects.requireNonNull(name, "name");
    }
  }
}
