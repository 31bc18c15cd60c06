package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.Row;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.util.Optional;

/**
 * An earlier capture of the same cluster, on which another one can build. Immutable.
 *
 * @param id the backup that has it
 * @param start where it began
 * @param timeline the timeline of all of it
 * @param versionNumber the version of its server
 * @param files what it has
 * @param pageLsnObstacle why the LSNs of pages do not tell what has changed since; empty if they do
 */
record IncrementalBase(
    BackupId id,
    Lsn start,
    long timeline,
    int versionNumber,
    ParentFiles files,
    Optional<String> pageLsnObstacle) {

  /**
   * Checks that an earlier capture is of the server as it is now, and reads what it has.
   *
   * @throws UnusableParentException if nothing can build on it
   */
  static IncrementalBase of(
      Captured parent, ServerFacts facts, ChangeTracking tracking, ReplicationConnection server)
      throws IOException {
    SourceState state = parent.state();
    Row identity = server.query("IDENTIFY_SYSTEM").get(0);
    String id = parent.backupId().toString();
    require(
        state,
        "system-identifier",
        identity.text(0),
        "the server is another cluster than that of " + id);
    require(
        state,
        "timeline",
        identity.text(1),
        "the server is on timeline " + identity.text(1) + ", " + id + " on another");
    int version = version(state);
    if (version / 10000 != facts.versionNumber() / 10000) {
      throw new UnusableParentException(
          "the server is of version " + facts.version() + ", " + id + " of another one");
    }
    require(
        state,
        "block-size",
        Integer.toString(facts.layout().pageSize()),
        "the server has other pages than that of " + id);
    require(
        state,
        "wal-segment-size",
        Integer.toString(facts.walSegmentSize()),
        "the server has WAL segments of another size than that of " + id);
    require(
        state,
        "data-checksums",
        facts.dataChecksums() ? "on" : "off",
        "data checksums were switched on or off since " + id);
    Lsn now = Lsn.parse(identity.text(2));
    if (now.compareTo(Lsn.parse(state.require("stop-lsn"))) < 0) {
      throw new UnusableParentException(
          "the server is behind " + id + ": it was set back to an older state");
    }
    return new IncrementalBase(
        parent.backupId(),
        Lsn.parse(state.require("start-lsn")),
        Long.parseLong(identity.text(1)),
        version,
        ParentFiles.read(parent, facts.layout().pageSize()),
        tracking.pageLsnObstacle(facts, state));
  }

  private static void require(SourceState state, String attribute, String now, String otherwise)
      throws UnusableParentException {
    if (!state.require(attribute).equals(now)) {
      throw new UnusableParentException(otherwise);
    }
  }

  private static int version(SourceState state) throws UnusableParentException {
    try {
      return Integer.parseInt(state.require("server-version-num"));
    } catch (NumberFormatException e) {
      throw new UnusableParentException("the version of its server is not known");
    }
  }
}
