package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that a command stream is received into, {@code <id>-<offset before the first
 * byte>.commands}. One thread writes, one takes what was written to the disk, one hands over.
 * Thread-safe.
 */
final class CommandSpool implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandSpool.class);
  private static final Pattern FILE = Pattern.compile("([0-9a-f]{40})-([0-9]{1,18})\\.commands");
  private static final long ROTATE_AT = 16 << 20;
  private static final int PIECE = 1 << 16;

  private final Path folder;
  private final Deque<Log> ended = new ArrayDeque<>();
  private @Nullable Log open;

  /** A file. */
  private static final class Log {
    private final String id;
    private final long start;
    private final Path file;
    private final FileChannel channel;
    private final CommandScanner scanner = new CommandScanner();
    private long durable;
    private long cut;

    Log(String id, long start, Path file, FileChannel channel) {
      this.id = id;
      this.start = start;
      this.file = file;
      this.channel = channel;
    }

    /** Bytes that may be handed over. */
    long whole() {
      return Math.min(durable, scanner.boundary());
    }
  }

  private CommandSpool(Path folder) {
    this.folder = folder;
  }

  /** Opens the files of an earlier process: what they hold of whole commands is kept. */
  static CommandSpool open(Path folder) throws IOException {
    CommandSpool spool = new CommandSpool(folder);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          spool.ended.add(recover(file, name.group(1), Long.parseLong(name.group(2))));
        }
      }
    } catch (IOException | RuntimeException e) {
      spool.close();
      throw e;
    }
    return spool;
  }

  private static Log recover(Path file, String id, long start) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Log log = new Log(id, start, file, channel);
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try {
      while (channel.read(piece.clear()) > 0) {
        log.scanner.scan(piece.flip());
      }
    } catch (MalformedStreamException e) {
      LOG.warn("{} ends with what was never written: {}", file, e.getMessage());
    }
    log.durable = log.scanner.boundary();
    channel.truncate(log.durable);
    channel.force(true);
    return log;
  }

  /** How far the files of each stream go. */
  synchronized List<Position> ends() {
    List<Position> ends = new ArrayList<>();
    for (Log log : ended) {
      ends.add(new Position(log.id, log.start + log.whole()));
    }
    Log current = open;
    if (current != null) {
      ends.add(new Position(current.id, current.start + current.whole()));
    }
    return ends;
  }

  /** Receives from a position on, into a new file. */
  synchronized void begin(Position from) throws IOException {
    end();
    open = create(from.replicationId(), from.offset());
  }

  private Log create(String id, long start) throws IOException {
    Path file = folder.resolve(id + "-" + start + ".commands");
    // One of that name has nothing: what has something begins a later file.
    ended.removeIf(log -> log.file.equals(file) && closed(log));
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
    return new Log(id, start, file, channel);
  }

  private static boolean closed(Log log) {
    try {
      log.channel.close();
    } catch (IOException e) {
      return true; // It holds nothing.
    }
    return true;
  }

  /** Nothing more comes on this stream; what is no whole command is given up. */
  synchronized void end() throws IOException {
    Log current = open;
    open = null;
    if (current != null) {
      current.channel.truncate(current.scanner.boundary());
      current.channel.force(false);
      current.durable = current.scanner.boundary();
      ended.add(current);
    }
  }

  /** Writes what has come. */
  synchronized void write(ByteBuffer bytes) throws IOException {
    Log current = open;
    if (current == null) {
      throw new IOException("nothing is being received");
    }
    long at = current.scanner.consumed();
    current.scanner.scan(bytes.duplicate());
    while (bytes.hasRemaining()) {
      at += current.channel.write(bytes, at);
    }
  }

  /** Takes what was written to the disk; returns the offset up to which all is. */
  Optional<StreamPosition> sync() throws IOException {
    Log current;
    long written;
    synchronized (this) {
      current = open;
      if (current == null) {
        return Optional.empty();
      }
      written = current.scanner.consumed();
    }
    if (written > current.durable) {
      try {
        current.channel.force(false);
      } catch (ClosedChannelException e) {
        return Optional.empty(); // It has ended meanwhile, and was synced then.
      }
    }
    synchronized (this) {
      current.durable = Math.max(current.durable, written);
      return Optional.of(new StreamPosition(current.id, current.start + current.durable));
    }
  }

  synchronized Optional<StreamPosition> received() {
    return Optional.ofNullable(open)
        .map(log -> new StreamPosition(log.id, log.start + log.scanner.consumed()));
  }

  synchronized Optional<StreamPosition> durable() {
    return Optional.ofNullable(open)
        .map(log -> new StreamPosition(log.id, log.start + log.durable));
  }

  /** Hands over all whole commands that are durable. */
  void cut(ChangeSink sink) throws IOException, InterruptedException {
    Log current;
    synchronized (this) {
      current = open; // Looked at first: what ends from now on comes after it.
    }
    for (Log log = firstEnded(); log != null && log != current; log = firstEnded()) {
      cut(log, sink);
      drop(log);
    }
    if (current != null) {
      cut(current, sink);
      rotate(current);
    }
  }

  private synchronized @Nullable Log firstEnded() {
    return ended.peek();
  }

  private synchronized void drop(Log log) throws IOException {
    ended.remove(log);
    log.channel.close();
    Files.deleteIfExists(log.file);
  }

  private void cut(Log log, ChangeSink sink) throws IOException, InterruptedException {
    long from;
    long to;
    synchronized (this) {
      from = log.cut;
      to = log.whole();
    }
    if (to > from) {
      long last = log.start + to;
      sink.store(
          new ChangeSink.Piece(
              CommandName.slice(log.id, log.start + from + 1, last),
              log.file,
              from,
              to,
              Optional.of(new StreamPosition(log.id, last)),
              Optional.empty()));
      synchronized (this) {
        log.cut = to;
      }
    }
  }

  /** Goes on in a new file, so that the old one can be removed. */
  private synchronized void rotate(Log log) throws IOException {
    long tail = log.scanner.consumed() - log.cut;
    if (open != log || log.cut < ROTATE_AT || tail > ROTATE_AT || log.durable < log.cut) {
      return;
    }
    ByteBuffer rest = ByteBuffer.allocate((int) tail);
    while (rest.hasRemaining()) {
      if (log.channel.read(rest, log.cut + rest.position()) < 0) {
        throw new IOException(log.file + " is shorter than what was written to it");
      }
    }
    Log next = create(log.id, log.start + log.cut);
    open = next;
    write(rest.flip());
    next.channel.force(false);
    next.durable = next.scanner.consumed();
    log.channel.close();
    Files.deleteIfExists(log.file);
  }

  @Override
  public synchronized void close() throws IOException {
    Log current = open;
    open = null;
    if (current != null) {
      current.channel.force(false);
      current.channel.close();
    }
    for (Log log : ended) {
      log.channel.close();
    }
    ended.clear();
  }
}
