package io.tradingengine.backup.spi.contract;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Takes a source's capture into memory and gives it back for a restore, without volumes, keys or
 * stores. Pieces of zeros take no memory. Safe for concurrent use by several artifacts.
 */
public class MemoryCapture implements ArtifactSink {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final int PIECE = 1 << 16;
  private static final byte[] ZEROS = new byte[PIECE];
  private static final BackupId ID = BackupId.parse("full-20240115-020000");

  private final Set<String> names = ConcurrentHashMap.newKeySet();
  private final Map<String, Artifact> artifacts = new ConcurrentHashMap<>();
  private final List<String> finished = new CopyOnWriteArrayList<>();
  private final List<Finding> findings = new CopyOnWriteArrayList<>();
  private volatile long expected;

  /**
   * Called before bytes are taken, on the thread that writes them; for tests that interfere.
   *
   * @throws IOException to refuse them, as a full store would
   */
  protected void arrived(String artifact, int bytes) throws IOException {}

  @Override
  public ArtifactStream create(String name, String extension) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not an artifact's name: '" + name + "'");
    }
    if (!names.add(name)) {
      throw new IllegalStateException("the artifact '" + name + "' was begun twice");
    }
    Artifact artifact = new Artifact(name, extension);
    artifacts.put(name, artifact);
    return artifact;
  }

  @Override
  public void report(Finding finding) {
    findings.add(finding);
  }

  @Override
  public void expect(long bytes) {
    expected = bytes;
  }

  /** What was reported, in order. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** The last estimate, in bytes. */
  public long expected() {
    return expected;
  }

  /** The artifacts that were finished, in that order. */
  public List<String> finished() {
    return List.copyOf(finished);
  }

  /** The artifacts that were begun, and neither finished nor abandoned. */
  public Set<String> unfinished() {
    Set<String> names = new TreeSet<>(artifacts.keySet());
    names.removeAll(finished);
    return names;
  }

  /** The whole plain stream of an artifact. */
  public byte[] bytes(String artifact) {
    try (InputStream in = find(artifact).read(0)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      in.transferTo(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail", e);
    }
  }

  /** The plain stream of an artifact from {@code offset} on. */
  public InputStream open(String artifact, long offset) {
    return find(artifact).read(offset);
  }

  /** The files recorded for an artifact. */
  public List<IndexEntry> index(String artifact) {
    return List.copyOf(find(artifact).index);
  }

  /** Puts other bytes in an artifact's place, as an attacker would. */
  public MemoryCapture replace(String artifact, String extension, byte[] bytes) {
    Artifact other = new Artifact(artifact, extension);
    other.add(ByteBuffer.wrap(bytes));
    artifacts.put(artifact, other);
    other.finish();
    return this;
  }

  /** The capture as a restore sees it. */
  public Captured captured(SourceState state) {
    return new View(state);
  }

  private Artifact find(String name) {
    Artifact artifact = artifacts.get(name);
    if (artifact == null || !finished.contains(name)) {
      throw new IllegalArgumentException("no finished artifact '" + name + "' in " + finished);
    }
    return artifact;
  }

  private final class Artifact extends ArtifactStream {
    private final String name;
    private final String extension;
    private final List<byte[]> pieces = new ArrayList<>();
    private final List<IndexEntry> index = new ArrayList<>();
    private byte[] piece = new byte[PIECE];
    private long position;

    Artifact(String name, String extension) {
      this.name = name;
      this.extension = extension;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void write(int value) throws IOException {
      write(ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      write(ByteBuffer.wrap(bytes, from, length));
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      arrived(name, bytes.remaining());
      add(bytes);
    }

    void add(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        int at = (int) (position % PIECE);
        int length = Math.min(bytes.remaining(), PIECE - at);
        bytes.get(piece, at, length);
        position += length;
        if (at + length == PIECE) {
          endPiece();
        }
      }
    }

    private void endPiece() {
      if (Arrays.equals(piece, ZEROS)) {
        pieces.add(ZEROS);
      } else {
        pieces.add(piece);
        piece = new byte[PIECE];
      }
    }

    @Override
    public void index(IndexEntry entry) {
      index.add(entry);
    }

    @Override
    public void finish() {
      pieces.add(piece);
      finished.add(name);
    }

    @Override
    public void abandon() {
      finished.remove(name);
      artifacts.remove(name, this);
    }

    @Override
    public void close() {}

    InputStream read(long offset) {
      return new InputStream() {
        private long at = offset;

        @Override
        public int read() {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) {
          if (at >= position) {
            return -1;
          }
          int inPiece = (int) (at % PIECE);
          int got = (int) Math.min(Math.min(length, PIECE - inPiece), position - at);
          System.arraycopy(pieces.get((int) (at / PIECE)), inPiece, bytes, from, got);
          at += got;
          return got;
        }
      };
    }
  }

  private final class View implements Captured {
    private final SourceState state;

    View(SourceState state) {
      this.state = state;
    }

    @Override
    public BackupId backupId() {
      return ID;
    }

    @Override
    public SourceState state() {
      return state;
    }

    @Override
    public List<ArtifactInfo> artifacts() {
      return finished.stream()
          .distinct()
          .map(MemoryCapture.this::find)
          .map(each -> new ArtifactInfo(each.name, each.extension, each.position, each.position))
          .toList();
    }

    @Override
    public List<IndexEntry> index(String artifact) {
      return MemoryCapture.this.index(artifact);
    }

    @Override
    public InputStream open(String artifact, long offset) {
      return MemoryCapture.this.open(artifact, offset);
    }

    @Override
    public void readParallel(String artifact, ChunkConsumer consumer) throws IOException {
      Artifact all = find(artifact);
      for (int i = 0; i < all.pieces.size(); i++) {
        long offset = (long) i * PIECE;
        int length = (int) Math.min(PIECE, all.position - offset);
        if (length > 0) {
          consumer.accept(offset, ByteBuffer.wrap(all.pieces.get(i), 0, length).asReadOnlyBuffer());
        }
      }
    }
  }
}
