package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * How a server lets it be known what has changed. Immutable.
 *
 * @param summaries whether it keeps summaries of its WAL; empty where it cannot
 * @param logsHints whether it logs hints even without checksums ({@code wal_log_hints})
 * @param startedAt when the server was started, as text to be compared; empty if that is not known
 */
record ChangeTracking(Optional<Boolean> summaries, boolean logsHints, Optional<String> startedAt) {
  static final String LOGS_HINTS = "wal-log-hints";
  static final String STARTED_AT = "server-started-at";

  /** The first version that keeps summaries. */
  static final int SUMMARIES_SINCE = 17;

  /** Asks the server. */
  static ChangeTracking read(
      ReplicationConnection server, ServerFacts facts, Optional<String> startedAt)
      throws IOException {
    return new ChangeTracking(
        facts.versionNumber() / 10000 >= SUMMARIES_SINCE
            ? Optional.of(isOn(server, "summarize_wal"))
            : Optional.empty(),
        isOn(server, "wal_log_hints"),
        startedAt);
  }

  private static boolean isOn(ReplicationConnection server, String setting) throws IOException {
    return ServerFacts.show(server, setting).equals("on");
  }

  /** Notes for the next capture how this one was. */
  void describe(Map<String, String> attributes) {
    attributes.put(LOGS_HINTS, logsHints ? "on" : "off");
    startedAt.ifPresent(instant -> attributes.put(STARTED_AT, instant));
  }

  /** Why the server cannot say itself what has changed; empty if it can. */
  Optional<String> summaryObstacle(ServerFacts facts) {
    if (summaries.isEmpty()) {
      return Optional.of("PostgreSQL " + facts.versionNumber() / 10000 + " keeps no WAL summaries");
    }
    return summaries.get() ? Optional.empty() : Optional.of("summarize_wal is off");
  }

  /**
   * Why the LSNs of pages do not tell what has changed since a capture; empty if they do. Setting a
   * hint, such as that a page is visible to all, moves a page's LSN only where hints are logged;
   * and whether they were all the time, nobody knows of a server that was restarted meanwhile, nor
   * that nobody put an older copy of its files in place.
   */
  Optional<String> pageLsnObstacle(ServerFacts facts, SourceState then) {
    boolean logged = facts.dataChecksums() || logsHints;
    boolean loggedThen =
        then.require("data-checksums").equals("on")
            || then.find(LOGS_HINTS).filter("on"::equals).isPresent();
    if (!logged || !loggedThen) {
      return Optional.of(
          "neither data checksums nor wal_log_hints are on"
              + (logged ? " in the backup to build on" : "")
              + ", so pages can change without their LSN");
    }
    if (startedAt.isEmpty() || then.find(STARTED_AT).isEmpty()) {
      return Optional.of("it is not known whether the server was restarted since");
    }
    return startedAt.equals(then.find(STARTED_AT))
        ? Optional.empty()
        : Optional.of("the server was restarted since");
  }
}
