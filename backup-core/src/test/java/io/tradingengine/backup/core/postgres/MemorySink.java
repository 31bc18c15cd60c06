package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps artifacts in memory. Not safe for concurrent use. */
final class MemorySink implements ArtifactSink {
  final Map<String, Stream> streams = new TreeMap<>();
  final List<Finding> findings = new ArrayList<>();

  /** An artifact. */
  static final class Stream extends ArtifactStream {
    final List<IndexEntry> index = new ArrayList<>();
    boolean finished;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    byte[] bytes() {
      return bytes.toByteArray();
    }

    @Override
    public long position() {
      return bytes.size();
    }

    @Override
    public void write(int b) {
      bytes.write(b);
    }

    @Override
    public void write(byte[] piece, int offset, int length) {
      bytes.write(piece, offset, length);
    }

    @Override
    public void write(ByteBuffer piece) {
      byte[] copy = new byte[piece.remaining()];
      piece.get(copy);
      bytes.writeBytes(copy);
    }

    @Override
    public void index(IndexEntry entry) {
      index.add(entry);
    }

    @Override
    public void finish() {
      finished = true;
    }

    @Override
    public void abandon() {}

    @Override
    public void close() {}
  }

  @Override
  public ArtifactStream create(String name, String extension) {
    Stream stream = new Stream();
    streams.put(name, stream);
    return stream;
  }

  @Override
  public void report(Finding finding) {
    findings.add(finding);
  }

  @Override
  public void expect(long bytes) {}
}
