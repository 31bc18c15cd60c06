package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that a cluster's log is received into: {@code <system>/<timeline>/<segment>.partial}
 * while it comes in, {@code <segment>} when it is whole, {@code <segment>.last} where a timeline
 * ended within it. One thread writes, another takes what was written to the disk, a third hands
 * over. Thread-safe.
 */
final class WalSpool implements Closeable {
  private static final String PARTIAL = ".partial";
  private static final String LAST = ".last";
  private static final String SEGMENT_SIZE = "segment-size";
  private static final Pattern FILE =
      Pattern.compile("([0-9A-F]{8})([0-9A-F]{16})(\\.partial|\\.last)?");

  private final Path folder;
  private final String system;
  private final int segmentSize;
  private @Nullable Open open;
  private @Nullable StreamPosition received;
  private @Nullable StreamPosition durable;

  /** The segment that comes in. */
  private static final class Open {
    private final long timeline;
    private final Lsn start;
    private final String segment;
    private final Path file;
    private final FileChannel channel;
    private Lsn written;

    Open(long timeline, Lsn start, String segment, Path file, FileChannel channel) {
      this.timeline = timeline;
      this.start = start;
      this.segment = segment;
      this.file = file;
      this.channel = channel;
      this.written = start;
    }
  }

  /**
   * A file of the spool.
   *
   * @param timeline its timeline
   * @param segment the segment's name
   * @param path where it stands
   * @param kind how far it is
   */
  record SpoolFile(long timeline, String segment, Path path, Kind kind) {}

  /** How far a file is. */
  enum Kind {
    PARTIAL,
    WHOLE,
    /** Its timeline ended within it. */
    LAST
  }

  WalSpool(Path sourceFolder, String system, int segmentSize) {
    this.folder = sourceFolder.resolve(system);
    this.system = system;
    this.segmentSize = segmentSize;
  }

  /** The clusters whose files are in a source's folder. */
  static List<String> systems(Path sourceFolder) throws IOException {
    try (Stream<Path> folders = Files.list(sourceFolder)) {
      return folders
          .filter(Files::isDirectory)
          .map(each -> String.valueOf(each.getFileName()))
          .sorted()
          .toList();
    }
  }

  /** The size of a cluster's segments, as far as it was once told. */
  static Optional<Integer> segmentSize(Path sourceFolder, String system) throws IOException {
    Path file = sourceFolder.resolve(system).resolve(SEGMENT_SIZE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String text = Files.readString(file).strip();
    return text.matches("[0-9]{1,10}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  /** Keeps the size of segments for a process that begins when the server is gone. */
  void rememberSegmentSize() throws IOException {
    Files.createDirectories(folder);
    Path draft = folder.resolve(SEGMENT_SIZE + ".part");
    Files.writeString(draft, segmentSize + "\n");
    Files.move(draft, folder.resolve(SEGMENT_SIZE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The files that are there, in the order of the log. */
  List<SpoolFile> files() throws IOException {
    List<SpoolFile> found = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    for (Path timeline : children(folder)) {
      if (Files.isDirectory(timeline)) {
        for (Path file : children(timeline)) {
          spoolFile(file).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  /** By names alone: a file may become whole, and get another name, at any moment. */
  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    }
  }

  private static Optional<SpoolFile> spoolFile(Path file) {
    Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      return Optional.empty();
    }
    String end = name.group(3) == null ? "" : name.group(3);
    Kind kind =
        switch (end) {
          case PARTIAL -> Kind.PARTIAL;
          case LAST -> Kind.LAST;
          default -> Kind.WHOLE;
        };
    return Optional.of(
        new SpoolFile(
            Long.parseLong(name.group(1), 16), name.group(1) + name.group(2), file, kind));
  }

  /** Begins to receive at the begin of a segment. */
  synchronized void begin(long timeline, Lsn start) throws IOException {
    closeOpen();
    received = new StreamPosition(WalName.stream(system, timeline), start.value());
    durable = received;
  }

  /** Whether the next byte opens a file. */
  synchronized boolean betweenSegments() {
    return open == null;
  }

  /**
   * Writes what has come; {@code bytes} is consumed.
   *
   * @throws IOException if there is a gap before it, or it cannot be written
   */
  void write(long timeline, Lsn at, ByteBuffer bytes) throws IOException {
    Lsn next = at;
    int end = bytes.limit();
    while (bytes.position() < end) {
      Open current = openAt(timeline, next);
      int room = (int) current.start.plus(segmentSize).minus(next);
      bytes.limit(bytes.position() + Math.min(end - bytes.position(), room));
      long offset = next.minus(current.start);
      while (bytes.hasRemaining()) {
        offset += current.channel.write(bytes, offset);
      }
      bytes.limit(end);
      next = current.start.plus(offset);
      wrote(current, next);
    }
  }

  private synchronized Open openAt(long timeline, Lsn next) throws IOException {
    StreamPosition expected = received;
    if (expected == null || expected.offset() != next.value()) {
      throw new IOException("the server sent WAL from " + next + " where another part was due");
    }
    Open current = open;
    if (current == null) {
      Lsn start = next.segmentStart(segmentSize);
      String segment = WalSegments.nameAt(timeline, next, segmentSize);
      Path own = makeFolder(timeline);
      Path file = own.resolve(segment + PARTIAL);
      // What is there stays until it is written over with the same: it may be all that is left.
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      Durable.sync(own); // What is acknowledged must not lose its name.
      current = new Open(timeline, start, segment, file, channel);
      open = current;
    }
    return current;
  }

  private Path makeFolder(long timeline) throws IOException {
    Path own = folder.resolve(WalSegments.timeline(timeline));
    if (!Files.isDirectory(own)) {
      Files.createDirectories(own);
      sync(own);
      sync(folder);
    }
    return own;
  }

  private void wrote(Open current, Lsn next) throws IOException {
    synchronized (this) {
      current.written = next;
      received = new StreamPosition(WalName.stream(system, current.timeline), next.value());
    }
    if (next.minus(current.start) == segmentSize) {
      current.channel.force(false);
      synchronized (this) {
        Path whole = current.file.resolveSibling(current.segment);
        current.channel.close();
        open = null;
        Files.move(current.file, whole, StandardCopyOption.ATOMIC_MOVE);
        sync(whole);
        durable = received;
      }
    }
  }

  private static void sync(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Durable.sync(parent);
    }
  }

  /**
   * Takes what has been written to the disk.
   *
   * @return how far all is durable; empty before the first byte
   */
  Optional<StreamPosition> sync() throws IOException {
    Open current;
    StreamPosition written;
    synchronized (this) {
      current = open;
      written = received;
      if (current == null || written == null || written.equals(durable)) {
        return Optional.ofNullable(durable);
      }
    }
    try {
      current.channel.force(false);
    } catch (ClosedChannelException e) {
      return durable(); // It became whole meanwhile, and was synced then.
    }
    synchronized (this) {
      StreamPosition before = durable;
      if (before == null || !before.reaches(written)) {
        durable = written;
      }
      return Optional.ofNullable(durable);
    }
  }

  synchronized Optional<StreamPosition> received() {
    return Optional.ofNullable(received);
  }

  synchronized Optional<StreamPosition> durable() {
    return Optional.ofNullable(durable);
  }

  /**
   * The durable part of the segment that comes in.
   *
   * @param file where it stands
   * @param timeline its timeline
   * @param segment its name
   * @param start its first position
   * @param length how many bytes are durable
   */
  record Head(Path file, long timeline, String segment, Lsn start, long length) {}

  /** The durable part of the segment that comes in; empty between segments. */
  synchronized Optional<Head> head() {
    Open current = open;
    StreamPosition end = durable;
    if (current == null
        || end == null
        || !end.stream().equals(WalName.stream(system, current.timeline))) {
      return Optional.empty();
    }
    long length = new Lsn(end.offset()).minus(current.start);
    return length <= 0
        ? Optional.empty()
        : Optional.of(
            new Head(current.file, current.timeline, current.segment, current.start, length));
  }

  /** The timeline has ended: what there is of its last segment is all there will ever be. */
  synchronized void endTimeline() throws IOException {
    Open current = open;
    if (current != null) {
      current.channel.truncate(current.written.minus(current.start));
      current.channel.force(true);
      closeOpen();
      durable = received;
      keepAsLast(current.file, current.segment);
    }
  }

  /** Keeps what is there of segments that the server cannot give any more. */
  synchronized void keepPartials() throws IOException {
    closeOpen();
    for (SpoolFile file : files()) {
      if (file.kind() == Kind.PARTIAL) {
        keepAsLast(file.path(), file.segment());
      }
    }
  }

  private static void keepAsLast(Path file, String segment) throws IOException {
    Path last = file.resolveSibling(segment + LAST);
    Files.move(file, last, StandardCopyOption.ATOMIC_MOVE);
    sync(last);
  }

  private void closeOpen() throws IOException {
    Open current = open;
    open = null;
    if (current != null) {
      current.channel.close();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closeOpen();
  }
}
