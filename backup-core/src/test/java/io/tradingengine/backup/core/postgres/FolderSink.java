package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps artifacts as plain files in a folder, each under its name and extension. */
class FolderSink implements ArtifactSink {
  final List<Finding> findings = new CopyOnWriteArrayList<>();
  final Map<String, List<IndexEntry>> index = new ConcurrentHashMap<>();
  final Set<String> finished = ConcurrentHashMap.newKeySet();
  volatile long expected;
  private final Path folder;

  FolderSink(Path folder) {
    this.folder = folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public ArtifactStream create(String name, String extension) throws IOException {
    String file = extension.isEmpty() ? name : name + "." + extension;
    index.put(name, new CopyOnWriteArrayList<>());
    FileChannel channel =
        FileChannel.open(file(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new ArtifactStream() {
      @Override
      public long position() {
        try {
          return channel.position();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        write(ByteBuffer.wrap(bytes, offset, length));
      }

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        arrived(name, bytes.remaining());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }

      @Override
      public void index(IndexEntry entry) {
        index.get(name).add(entry);
      }

      @Override
      public void finish() throws IOException {
        finished.add(name);
        channel.close();
      }

      @Override
      public void abandon() throws IOException {
        finished.remove(name);
        index.remove(name);
        channel.close();
        Files.deleteIfExists(file(file));
      }

      @Override
      public void close() {
        try {
          channel.close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    };
  }

  /** Called before each write; for tests that interfere. */
  void arrived(String artifact, int bytes) throws IOException {}

  @Override
  public void report(Finding finding) {
    findings.add(finding);
  }

  @Override
  public void expect(long bytes) {
    expected = bytes;
  }
}
