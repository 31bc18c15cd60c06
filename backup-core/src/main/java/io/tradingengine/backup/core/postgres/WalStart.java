package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.Row;
import io.tradingengine.backup.spi.ChangeSink;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides where a server's log is followed from. Used once. */
final class WalStart {
  private final String source;
  private final ReplicationConnection server;
  private final ServerFacts facts;
  private final Position now;
  private @Nullable Finding warning;

  /** Where the server stands. */
  record Position(long timeline, Lsn flushed) {}

  WalStart(String source, ReplicationConnection server, ServerFacts facts, Position now) {
    this.source = source;
    this.server = server;
    this.facts = facts;
    this.now = now;
  }

  /** Stores the history of the server's timeline, unless it is stored. */
  void storeHistory(ChangeSink sink, WalProgress progress)
      throws IOException, InterruptedException {
    if (now.timeline() > 1 && !progress.hasHistory(now.timeline())) {
      HistoryFile.store(sink, facts.systemIdentifier(), now.timeline(), history(now.timeline()));
    }
  }

  private byte[] history(long timeline) throws IOException {
    Row row = server.query("TIMELINE_HISTORY " + timeline).get(0);
    return row.bytes(1);
  }

  /** What was found that is worth an alarm. */
  Optional<Finding> warning() {
    return Optional.ofNullable(warning);
  }

  String segmentAt(WalProgress.Next next) {
    return WalSegments.nameAt(next.timeline(), next.start(), facts.walSegmentSize());
  }

  /**
   * Where to begin.
   *
   * @param known where what is archived goes on
   * @param kept what the server keeps for us
   * @param progress what is archived
   * @throws BackupException if the server's log does not follow what is archived
   */
  WalProgress.Next from(
      Optional<WalProgress.Next> known, ReplicationSlot.Kept kept, WalProgress progress)
      throws IOException {
    if (known.isEmpty()) {
      return new WalProgress.Next(
          kept.timeline(), kept.position().segmentStart(facts.walSegmentSize()));
    }
    WalProgress.Next next = known.get();
    if (next.timeline() > now.timeline()) {
      throw behind(
          "timeline " + next.timeline() + " is archived, and the server is on " + now.timeline());
    }
    if (next.timeline() < now.timeline()) {
      return acrossTimelines(next, progress);
    }
    if (next.start().compareTo(now.flushed()) > 0) {
      throw behind(
          "its log is archived up to "
              + next.start()
              + ", and the server has it up to "
              + now.flushed());
    }
    return next;
  }

  private BackupException behind(String what) {
    return new BackupException(
        "PostgreSQL is older than its archive: " + what,
        "was it restored without a new timeline, or is this an old primary? Archive it under"
            + " another source name, or into other destinations",
        null);
  }

  /** The server has gone on to a later timeline since. */
  private WalProgress.Next acrossTimelines(WalProgress.Next next, WalProgress progress)
      throws IOException {
    Timelines way = Timelines.parse(now.timeline(), history(now.timeline()));
    Optional<Timelines.Step> step = way.on(next.timeline());
    int size = facts.walSegmentSize();
    if (step.isEmpty()) {
      Lsn begin = way.begin(now.timeline());
      warning =
          Finding.error(
              source + " (timeline)",
              "the server's timeline "
                  + now.timeline()
                  + " does not descend from the archived timeline "
                  + next.timeline(),
              "take a full backup of it");
      return new WalProgress.Next(now.timeline(), begin.segmentStart(size));
    }
    Lsn left = step.get().end().orElse(next.start());
    Lsn archived = next.start().plus(progress.sliced(segmentAt(next)));
    if (archived.compareTo(left) < 0) {
      return next;
    }
    // All of that timeline is archived, or more than the new one took over.
    long after = way.after(next.timeline()).orElse(now.timeline());
    return new WalProgress.Next(after, left.segmentStart(size));
  }
}
