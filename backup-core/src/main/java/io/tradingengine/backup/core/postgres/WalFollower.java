package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection.Frame;
import io.tradingengine.backup.core.postgres.wire.Row;
import io.tradingengine.backup.core.postgres.wire.ServerException;
import io.tradingengine.backup.spi.ChangeFollower;
import io.tradingengine.backup.spi.ChangeGapException;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows a server's write-ahead log through a slot: what has come in is durable here before it is
 * acknowledged. Goes on after the last whole segment that the spool or a destination has, across
 * timelines.
 */
final class WalFollower implements ChangeFollower {
  private static final int HEADER = 3 * Long.BYTES;

  private final String source;
  private final ConnectionSpec spec;
  private final WalOptions options;
  private final ChangeSink sink;
  private final SlotWatch watch;
  private @Nullable ReplicationConnection connection;
  private boolean closed;
  private volatile @Nullable WalSpool spool;
  private volatile @Nullable WalCutter cutter;

  /** Used before a server was reached, by the thread that cuts. */
  private final Map<String, WalCutter> leftOvers = new HashMap<>();

  /** Where to begin after a gap, as long as no whole segment tells. */
  private WalProgress.@Nullable Next afterGap;

  WalFollower(String source, ConnectionSpec spec, WalOptions options, ChangeSink sink) {
    this.source = source;
    this.spec = spec;
    this.options = options;
    this.sink = sink;
    this.watch = new SlotWatch(source, spec, options.slot(), sink);
  }

  @Override
  public void run() throws IOException, InterruptedException {
    sink.awaitRoom();
    try (ReplicationConnection server =
        ReplicationConnection.open(spec, options.slot(), notice -> {})) {
      open(server);
      follow(server);
    } catch (SQLException e) {
      throw new Problems(source, spec).exception(e, Problems.Purpose.REPLICATION);
    } catch (IOException e) {
      throw unlessInterrupted(e);
    } finally {
      open(null);
    }
  }

  private static IOException unlessInterrupted(IOException failure) throws InterruptedException {
    if (Thread.interrupted()) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(failure);
      throw interrupted;
    }
    return failure;
  }

  private synchronized void open(@Nullable ReplicationConnection server) throws IOException {
    if (closed && server != null) {
      throw new IOException("closed");
    }
    connection = server;
  }

  private void follow(ReplicationConnection server) throws IOException, InterruptedException {
    ServerFacts facts = ServerFacts.read(server);
    requireNotApplied(server, facts);
    Row identity = server.query("IDENTIFY_SYSTEM").get(0);
    long timeline = Long.parseLong(identity.text(1));
    Lsn flushed = Lsn.parse(identity.text(2));
    String system = facts.systemIdentifier();
    new ClusterIdentity(source, spec, sink).require(system);
    WalSpool files = spoolOf(system, facts.walSegmentSize());
    ReplicationSlot.Kept kept = new ReplicationSlot(server, options.slot()).ensure();
    WalProgress progress =
        WalProgress.of(system, facts.walSegmentSize(), sink.names(), files.files());
    WalStart start = new WalStart(source, server, facts, new WalStart.Position(timeline, flushed));
    start.storeHistory(sink, progress);
    WalProgress.Next next =
        start.from(Optional.ofNullable(afterGap).or(progress::next), kept, progress);
    tell(start, progress, system, next);
    if (progress.next().isEmpty()) {
      tellIfTooLate(system, next);
    }
    stream(server, files, next, facts);
  }

  private void tell(WalStart start, WalProgress progress, String system, WalProgress.Next next) {
    start.warning().ifPresentOrElse(sink::report, () -> sink.clear(source + " (timeline)"));
    String segment = start.segmentAt(next);
    long sliced = progress.sliced(segment);
    sink.archived(
        new StreamPosition(
            WalName.stream(system, next.timeline()), next.start().plus(sliced).value()));
    cutter().begin(segment, sliced);
  }

  /** What was written between the newest backup and the beginning of archiving is nowhere. */
  private void tellIfTooLate(String system, WalProgress.Next next)
      throws IOException, InterruptedException {
    Optional<SourceState> backup = sink.newestCapture();
    if (backup.isPresent()) {
      CapturedWal captured = CapturedWal.of(backup.get());
      boolean reached =
          captured.system().equals(system)
              && captured.timeline() == next.timeline()
              && captured.stop().compareTo(next.start()) >= 0;
      if (!reached) {
        sink.fullBackupDue(
            "archiving begins at "
                + next.start()
                + " on timeline "
                + next.timeline()
                + ", and the newest backup ends at "
                + captured.stop()
                + " on timeline "
                + captured.timeline());
      }
    }
  }

  private WalCutter cutter() {
    WalCutter current = cutter;
    if (current == null) {
      throw new IllegalStateException("the cluster is not known yet");
    }
    return current;
  }

  private WalSpool spoolOf(String system, int segmentSize) throws IOException {
    WalSpool before = spool;
    if (before != null) {
      before.close();
    }
    WalSpool files = new WalSpool(sink.folder(), system, segmentSize);
    files.rememberSegmentSize();
    spool = files;
    cutter = new WalCutter(files, system, segmentSize, sink);
    return files;
  }

  /** Whoever waits for changes to be applied would wait for ever: nothing is applied here. */
  private void requireNotApplied(ReplicationConnection server, ServerFacts facts)
      throws IOException {
    if (mode(facts) == WalOptions.Mode.SYNCHRONOUS) {
      String commit = server.query("SHOW synchronous_commit").get(0).text(0);
      if (commit.equals("remote_apply")) {
        throw new BackupException(
            "PostgreSQL at "
                + spec.address()
                + " has synchronous_commit = remote_apply, which no archive can fulfil",
            "set synchronous_commit to on, or take '*' and '"
                + options.slot()
                + "' out of synchronous_standby_names",
            null);
      }
    }
  }

  private void stream(
      ReplicationConnection server, WalSpool files, WalProgress.Next begin, ServerFacts facts)
      throws IOException, InterruptedException {
    WalProgress.Next next = begin;
    try (Acknowledger acknowledger =
        new Acknowledger(server, files, mode(facts), options.patience())) {
      while (true) {
        next = streamTimeline(server, files, acknowledger, next, facts);
        afterGap = null;
      }
    }
  }

  /** A server that waits for us, whether we were meant or not, is not kept waiting. */
  private WalOptions.Mode mode(ServerFacts facts) {
    String names = facts.synchronousStandbyNames();
    return names.contains("*") || names.contains(options.slot())
        ? WalOptions.Mode.SYNCHRONOUS
        : options.mode();
  }

  /** Streams a timeline to its end; returns where the next one begins. */
  private WalProgress.Next streamTimeline(
      ReplicationConnection server,
      WalSpool files,
      Acknowledger acknowledger,
      WalProgress.Next next,
      ServerFacts facts)
      throws IOException, InterruptedException {
    long timeline = next.timeline();
    files.begin(timeline, next.start());
    server.send(
        "START_REPLICATION SLOT "
            + options.slot()
            + " PHYSICAL "
            + next.start()
            + " TIMELINE "
            + timeline);
    try {
      Row end = receive(server, files, acknowledger, timeline);
      files.endTimeline();
      long after = Long.parseLong(end.text(0));
      Lsn at = Lsn.parse(end.text(1));
      storeHistory(server, facts.systemIdentifier(), after);
      return new WalProgress.Next(after, at.segmentStart(facts.walSegmentSize()));
    } catch (ServerException e) {
      throw refused(server, files, e, next, facts);
    } catch (IOException e) {
      acknowledger.throwFailure();
      throw e;
    } finally {
      acknowledger.streaming(false);
    }
  }

  private Row receive(
      ReplicationConnection server, WalSpool files, Acknowledger acknowledger, long timeline)
      throws IOException, InterruptedException {
    @Nullable Row end = null;
    while (true) {
      Frame frame = server.next();
      switch (frame) {
        case COPY_BOTH -> {
          sink.following();
          acknowledger.streaming(true);
        }
        case COPY_DATA -> accept(server.body(), files, acknowledger, timeline);
        case COPY_DONE -> {
          acknowledger.streaming(false);
          server.sendCopyDone();
        }
        case ROW -> end = server.row();
        case READY -> {
          if (end == null) {
            throw new IOException("the server has stopped sending its log: is it shutting down?");
          }
          return end;
        }
        default -> {}
      }
    }
  }

  private void accept(ByteBuffer body, WalSpool files, Acknowledger acknowledger, long timeline)
      throws IOException, InterruptedException {
    byte kind = body.get();
    switch (kind) {
      case 'w' -> {
        Lsn at = new Lsn(body.getLong());
        body.position(body.position() + HEADER - Long.BYTES);
        if (files.betweenSegments()) {
          sink.awaitRoom();
        }
        files.write(timeline, at, body);
        acknowledger.received();
        if (files.betweenSegments()) {
          sink.ready(); // A segment is whole.
        }
      }
      case 'k' -> {
        body.position(body.position() + 2 * Long.BYTES);
        if (body.get() != 0) {
          acknowledger.ask();
        } else {
          acknowledger.heard();
        }
      }
      default -> throw new IOException("the server's log is not understood: part " + kind);
    }
  }

  private void storeHistory(ReplicationConnection server, String system, long timeline)
      throws IOException, InterruptedException {
    Row row = server.query("TIMELINE_HISTORY " + timeline).get(0);
    HistoryFile.store(sink, system, timeline, row.bytes(1));
  }

  private IOException refused(
      ReplicationConnection server,
      WalSpool files,
      ServerException e,
      WalProgress.Next next,
      ServerFacts facts)
      throws IOException {
    boolean invalidated = e.getMessage() != null && e.getMessage().contains("invalidated");
    return switch (e.sqlState()) {
      case SqlStates.OBJECT_IN_USE ->
          new IOException(
              "somebody else follows the slot "
                  + options.slot()
                  + ": "
                  + e.error().message()
                  + ". HINT: is another archiver at work? Its pid is the walsender's; a dead one"
                  + " lets go after wal_sender_timeout");
      case SqlStates.UNDEFINED_FILE -> gap(server, files, next, facts, e);
      default -> {
        if (invalidated) {
          new ReplicationSlot(server, options.slot()).renew();
          yield new IOException(
              "the server had given up the slot "
                  + options.slot()
                  + " (max_slot_wal_keep_size); it is made anew: "
                  + e.error().message());
        }
        yield e;
      }
    };
  }

  private ChangeGapException gap(
      ReplicationConnection server,
      WalSpool files,
      WalProgress.Next next,
      ServerFacts facts,
      ServerException cause)
      throws IOException {
    Lsn from = files.durable().map(StreamPosition::offset).map(Lsn::new).orElse(next.start());
    files.keepPartials();
    ReplicationSlot.Kept kept = new ReplicationSlot(server, options.slot()).renew();
    afterGap =
        new WalProgress.Next(kept.timeline(), kept.position().segmentStart(facts.walSegmentSize()));
    String message =
        "the log from "
            + from
            + " to "
            + afterGap.start()
            + " is lost: the server had removed it before it was received ("
            + cause.error().message()
            + ")";
    sink.report(
        Finding.error(
            source + " (gap)",
            message,
            "a restore can go to "
                + from
                + ", and then from the next full backup on; raise max_slot_wal_keep_size"));
    sink.fullBackupDue(message);
    return new ChangeGapException(message);
  }

  @Override
  public void cut() throws IOException, InterruptedException {
    watch.look();
    WalCutter current = cutter;
    if (current != null) {
      current.cut();
    } else {
      cutLeftOvers();
    }
  }

  /** What an earlier process received must get away even if the server never comes back. */
  private void cutLeftOvers() throws IOException, InterruptedException {
    for (String system : WalSpool.systems(sink.folder())) {
      Optional<Integer> segmentSize = WalSpool.segmentSize(sink.folder(), system);
      if (segmentSize.isPresent() && cutter == null) {
        leftOvers
            .computeIfAbsent(system, each -> leftOvers(each, segmentSize.get()))
            .cutLeftOvers();
      }
    }
  }

  private WalCutter leftOvers(String system, int segmentSize) {
    return new WalCutter(
        new WalSpool(sink.folder(), system, segmentSize), system, segmentSize, sink);
  }

  @Override
  public Optional<StreamPosition> received() {
    return Optional.ofNullable(spool).flatMap(WalSpool::received);
  }

  @Override
  public Optional<StreamPosition> durable() {
    return Optional.ofNullable(spool).flatMap(WalSpool::durable);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (connection != null) {
        connection.abort();
      }
    }
    watch.close();
  }
}
