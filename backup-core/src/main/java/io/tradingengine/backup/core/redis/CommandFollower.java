package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.core.redis.wire.RedisConnector;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.spi.ChangeFollower;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Follows a server's command stream as a replica does. Goes on where the files and the stored
 * pieces end, or where the newest backup was taken; what the server cannot give any more is an
 * alarm.
 */
final class CommandFollower implements ChangeFollower {
  /** How many bytes come in before it is asked whether there is room for more. */
  private static final long ROOM_EVERY = 4 << 20;

  private final RedisSettings settings;
  private final ChangeSink sink;
  private volatile @Nullable CommandSpool spool;
  private @Nullable RedisLink current;
  private boolean closed;

  CommandFollower(RedisSettings settings, ChangeSink sink) {
    this.settings = settings;
    this.sink = sink;
  }

  @Override
  public void run() throws IOException, InterruptedException {
    requireSingle(settings);
    sink.awaitRoom();
    CommandSpool files = spool();
    try (RedisConnector connector = new RedisConnector(FollowAccess.patient(settings.access()));
        Connections connections = new Connections(settings)) {
      Node node = connections.nodes().find().get(0);
      RedisLink link = connector.connect(node.master());
      open(link);
      follow(link, files);
    } finally {
      open(null);
      files.end();
    }
  }

  /** Slots may move from one master to another, and with them what a stream says of a key. */
  static void requireSingle(RedisSettings settings) {
    if (settings.topology().kind() == RedisState.Topology.CLUSTER) {
      throw new BackupException(
          "The command streams of a cluster are not archived",
          "its backups are; where masters stand alone, make each a source of its own",
          null);
    }
  }

  private synchronized void open(@Nullable RedisLink link) throws IOException {
    if (closed && link != null) {
      link.close();
      throw new IOException("closed");
    }
    current = link;
  }

  private CommandSpool spool() throws IOException {
    CommandSpool files = spool;
    if (files == null) {
      files = CommandSpool.open(sink.folder());
      spool = files;
    }
    return files;
  }

  private void follow(RedisLink link, CommandSpool files) throws IOException, InterruptedException {
    ServerFacts facts = ServerFacts.of(link);
    if (facts.isLoading()) {
      throw new IOException("Redis at " + link.address() + " is loading its data");
    }
    Position now = StreamEnd.of(facts, link);
    Optional<Position> known = known(facts, files);
    Position after = known.orElse(now);
    ReplicaLink.Joined joined = new ReplicaLink(link).join(after);
    Position begin = begin(joined, known, after);
    files.begin(begin);
    sink.archived(new StreamPosition(begin.replicationId(), begin.offset()));
    sink.following();
    try (CommandAcknowledger acknowledger = new CommandAcknowledger(link, files)) {
      long since = 0;
      while (true) {
        since += link.transferSome(Integer.MAX_VALUE, files::write);
        acknowledger.throwFailure();
        if (since > ROOM_EVERY) {
          sink.awaitRoom();
          since = 0;
        }
      }
    }
  }

  private Position begin(ReplicaLink.Joined joined, Optional<Position> known, Position after)
      throws IOException, InterruptedException {
    String subject = settings.name() + " (gap)";
    if (joined instanceof ReplicaLink.Continued continued) {
      Position begin = new Position(continued.id(), after.offset());
      if (!continued.id().equals(after.replicationId())) {
        link(begin, after.replicationId());
      }
      return begin;
    }
    Position begin = ((ReplicaLink.Restarted) joined).position();
    if (known.isPresent()) {
      String message =
          "the commands after offset "
              + known.get().offset()
              + " of the stream "
              + known.get().replicationId()
              + " are lost: the server goes on at offset "
              + begin.offset()
              + " of "
              + begin.replicationId();
      sink.report(
          Finding.error(
              subject,
              message,
              "was it restarted, or away for longer than its backlog lasts? Raise"
                  + " repl-backlog-size"));
      sink.fullBackupDue(message);
    }
    return begin;
  }

  /** Remembers that a stream has got another name, as after a failover. */
  private void link(Position begin, String before) throws IOException, InterruptedException {
    Path file = sink.folder().resolve("link");
    String text = begin.replicationId() + " goes on at " + begin.offset() + " of " + before + "\n";
    Files.writeString(file, text);
    sink.store(
        new ChangeSink.Piece(
            CommandName.link(begin.replicationId(), begin.offset(), before),
            file,
            0,
            text.length(),
            Optional.empty(),
            Optional.empty()));
    Files.delete(file);
  }

  /** Where what is archived ends, as far as the server knows that stream. */
  private Optional<Position> known(ServerFacts facts, CommandSpool files)
      throws IOException, InterruptedException {
    Stream<Position> stored =
        sink.names().stream()
            .flatMap(name -> CommandName.parse(name).stream())
            .filter(CommandName.Slice.class::isInstance)
            .map(CommandName.Slice.class::cast)
            .map(slice -> new Position(slice.id(), slice.to()));
    List<Position> ends = Stream.concat(files.ends().stream(), stored).toList();
    Optional<Position> captured =
        sink.newestCapture().flatMap((SourceState state) -> StreamEnd.ofCapture(state));
    Optional<Position> archived = newest(ends, facts);
    if (archived.isPresent()) {
      return archived;
    }
    Optional<Position> backedUp = newest(captured.stream().toList(), facts);
    return backedUp.isPresent() ? backedUp : anyOther(ends, captured);
  }

  /** The newest in the server's stream, or in the one that it has taken over. */
  private static Optional<Position> newest(List<Position> positions, ServerFacts facts) {
    for (String field : List.of("master_replid", "master_replid2")) {
      String id = facts.field(field).orElse("");
      Optional<Position> found =
          positions.stream()
              .filter(each -> each.replicationId().equals(id))
              .max(Comparator.comparing(Position::offset));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** One of another stream: the server does not know it, and that has to be said. */
  private static Optional<Position> anyOther(List<Position> ends, Optional<Position> captured) {
    return ends.stream().max(Comparator.comparing(Position::offset)).or(() -> captured);
  }

  @Override
  public void cut() throws IOException, InterruptedException {
    CommandSpool files = spool;
    if (files != null) {
      files.cut(sink);
    }
  }

  @Override
  public Optional<StreamPosition> received() {
    return Optional.ofNullable(spool).flatMap(CommandSpool::received);
  }

  @Override
  public Optional<StreamPosition> durable() {
    return Optional.ofNullable(spool).flatMap(CommandSpool::durable);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (current != null) {
        current.close();
      }
    }
  }
}
