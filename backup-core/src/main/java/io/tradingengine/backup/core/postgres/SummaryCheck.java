package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * Looks after a server that says by its WAL summaries what has changed. Where a relation was cut
 * short and has grown again, it can be wrong in two ways (<em>tried</em>, with 17.11 and 18.6):
 *
 * <ul>
 *   <li>It merges its summaries in the order of their directory. If that with the cut comes after
 *       that with the growth, the new blocks are forgotten, and a restore shows the old ones.
 *   <li>It has everything below the file's length fetched from the older backup, so that a page
 *       that was added and not used yet, which is not logged, shows what stood there before the
 *       cut.
 * </ul>
 *
 * <p>So the summaries of such relations are merged here as well, in the order of the WAL.
 *
 * <p>It also believes that its log is the one that the older backup was taken of, once it has
 * reached that backup's end. That is not so if the server was restored to a still older backup
 * meanwhile, or its files set back to a snapshot: no checkpoint is then at the very place where
 * that backup began.
 *
 * <p>And it can overlook changes of visibility maps, which would then say of deleted rows that all
 * see them:
 *
 * <ul>
 *   <li>Early servers of 17 and 18 do not log which block of the map a change of a table clears;
 *       17.11 and 18.6 do (<em>tried</em>).
 *   <li>These do not log which block is cleared in part where a table is cut short, unless hints
 *       are logged (<em>tried</em>).
 * </ul>
 *
 * <p>A block of which that can be true is restored as zeros, unless it is in the backup: a map that
 * says nothing is never wrong, and VACUUM writes it again. Used by one thread.
 */
final class SummaryCheck {
  /** The default is 10 days; a server may keep them for ever. */
  private static final String CUT =
      "WITH cut AS (SELECT DISTINCT c.reltablespace, c.reldatabase, c.relfilenode, c.relforknumber"
          + " FROM pg_available_wal_summaries() s,"
          + " LATERAL pg_wal_summary_contents(s.tli, s.start_lsn, s.end_lsn) c"
          + " WHERE s.tli = ? AND s.end_lsn > ?::pg_lsn AND s.start_lsn < ?::pg_lsn"
          + " AND c.is_limit_block AND c.relblocknumber > 0 AND c.relforknumber <> 1) ";

  private static final String CONTENTS =
      CUT
          + "SELECT s.start_lsn::text, c.reltablespace, c.reldatabase, c.relfilenode,"
          + " c.relforknumber, c.relblocknumber, c.is_limit_block"
          + " FROM cut JOIN (SELECT * FROM pg_available_wal_summaries() WHERE tli = ? AND end_lsn >"
          + " ?::pg_lsn AND start_lsn < ?::pg_lsn) s ON true,"
          + " LATERAL pg_wal_summary_contents(s.tli, s.start_lsn, s.end_lsn) c"
          + " WHERE (c.reltablespace, c.reldatabase, c.relfilenode, c.relforknumber) ="
          + " (cut.reltablespace, cut.reldatabase, cut.relfilenode, cut.relforknumber)"
          + " ORDER BY s.start_lsn, c.is_limit_block DESC, c.relblocknumber";

  /** A summary ends where a checkpoint begins to count, and so where a backup begins. */
  private static final String BEGINS =
      "SELECT count(*) FROM pg_available_wal_summaries() WHERE tli = ? AND start_lsn = ?::pg_lsn";

  private static final String READABLE =
      "SELECT (SELECT count(*) FROM pg_available_wal_summaries()),"
          + " has_function_privilege('pg_wal_summary_contents(bigint, pg_lsn, pg_lsn)', 'EXECUTE')";

  private static final int FETCH = 10_000;

  private static final int VISIBILITY = 2;

  private final ConnectionSpec spec;
  private final PageLayout layout;
  private final IncrementalBase base;
  private final boolean mapsLogged;

  SummaryCheck(ConnectionSpec spec, ServerFacts facts, IncrementalBase base) {
    this.spec = spec;
    this.layout = facts.layout();
    this.base = base;
    this.mapsLogged = logsMaps(facts.versionNumber()) && logsMaps(base.versionNumber());
  }

  /** Whether a server logs which block of a visibility map a change of a table clears. */
  static boolean logsMaps(int versionNumber) {
    int minor = versionNumber % 10_000;
    return switch (versionNumber / 10_000) {
      case 17 -> minor >= 11;
      case 18 -> minor >= 6;
      default -> versionNumber >= 190_000;
    };
  }

  /**
   * Why the server is better not asked; empty if nothing speaks against it so far.
   *
   * @throws InterruptedException if the thread was interrupted
   */
  Optional<String> doubt() throws IOException, InterruptedException {
    try {
      return summaries(new Lsn(-1)).anyGrownAgain()
          ? Optional.of(
              "a table was cut short and has grown again, of which WAL summaries can make wrong"
                  + " blocks")
          : Optional.empty();
    } catch (SQLException e) {
      return Optional.of("the server's WAL summaries cannot be checked: " + e.getMessage());
    }
  }

  /**
   * Finds out whether what the server sends can be checked, before it sends anything.
   *
   * @throws UnusableParentException if it cannot
   */
  void requireReadable() throws IOException, InterruptedException {
    try (Connection sql = Login.sql(spec, PostgresCapture.APPLICATION);
        PreparedStatement statement = sql.prepareStatement(READABLE)) {
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (!row.getBoolean(2)) {
          throw new UnusableParentException(
              "the server's WAL summaries cannot be checked: GRANT EXECUTE ON FUNCTION"
                  + " pg_wal_summary_contents(bigint, pg_lsn, pg_lsn) TO the backup's role");
        }
      }
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private static UnusableParentException unreadable(SQLException e) {
    return new UnusableParentException(
        "the server's WAL summaries cannot be checked: " + e.getMessage());
  }

  /**
   * Compares what the server sent with its summaries, and says for each file what is still to be
   * fetched from older captures.
   *
   * @param start where the new backup begins
   * @throws UnusableParentException if the server has forgotten something, or is another than it
   *     was
   */
  void correct(Map<String, BlockMap> maps, Lsn start) throws IOException, InterruptedException {
    CutRelations cut;
    try {
      checkHistory();
      cut = summaries(start);
    } catch (SQLException e) {
      throw unreadable(e);
    }
    for (Map.Entry<String, BlockMap> each : maps.entrySet()) {
      Optional<CutRelations.Cut> found = cut.find(each.getKey());
      if (found.isPresent()) {
        each.setValue(corrected(each.getKey(), each.getValue(), found.get()));
      }
      if (!mapsLogged && isVisibilityMap(each.getKey())) {
        each.setValue(each.getValue().cutAt(0));
      }
    }
  }

  private void checkHistory() throws SQLException, IOException, InterruptedException {
    try (Connection sql = Login.sql(spec, PostgresCapture.APPLICATION);
        PreparedStatement statement = sql.prepareStatement(BEGINS)) {
      statement.setLong(1, base.timeline());
      statement.setString(2, base.start().toString());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getLong(1) == 0) {
          throw new UnusableParentException(
              "the server's log has no checkpoint where "
                  + base.id()
                  + " began: it was set back to an older state since");
        }
      }
    }
  }

  private BlockMap corrected(String path, BlockMap map, CutRelations.Cut cut)
      throws UnusableParentException {
    long first = RelationPath.of(path).orElseThrow().segment() * layout.pagesPerSegment();
    int missing = cut.firstMissing(map.toBits(), first, first + map.length()).orElse(-1);
    if (missing >= 0) {
      throw new UnusableParentException(
          "the server forgot blocks of '" + path + "', which was cut short and has grown again");
    }
    long length = isVisibilityMap(path) ? cut.length() - 1 : cut.length();
    return map.cutAt((int) Math.min(map.length(), Math.max(0, length - first)));
  }

  private static boolean isVisibilityMap(String path) {
    return RelationPath.of(path).orElseThrow().fork() == VISIBILITY;
  }

  private CutRelations summaries(Lsn until) throws SQLException, IOException, InterruptedException {
    CutRelations relations = new CutRelations();
    try (Connection sql = Login.sql(spec, PostgresCapture.APPLICATION)) {
      sql.setAutoCommit(false); // so that rows come a piece at a time
      try (PreparedStatement statement = sql.prepareStatement(CONTENTS)) {
        statement.setFetchSize(FETCH);
        for (int i = 0; i < 2; i++) {
          statement.setLong(1 + 3 * i, base.timeline());
          statement.setString(2 + 3 * i, base.start().toString());
          statement.setString(3 + 3 * i, until.toString());
        }
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            relations.add(
                row.getString(1),
                new RelationPath(row.getLong(2), row.getLong(3), row.getLong(4), row.getInt(5), 0),
                row.getLong(6),
                row.getBoolean(7));
          }
        }
      }
    }
    return relations;
  }
}
