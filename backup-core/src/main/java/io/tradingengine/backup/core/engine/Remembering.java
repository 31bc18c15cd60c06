package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IncrementalSource;
import io.tradingengine.backup.spi.Source;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers one backup while it is taken. A memory that cannot be written costs the next backup its
 * parent, and this one nothing. Thread-safe.
 */
final class Remembering implements AutoCloseable {
  private final Memory memory;
  private final Path unfinished;
  private final Path finished;
  private @Nullable IOException failure;

  Remembering(Memory memory, Path unfinished, Path finished) {
    this.memory = memory;
    this.unfinished = unfinished;
    this.finished = finished;
  }

  /** A sink that hands all on, and copies what the source wants to have remembered. */
  ArtifactSink of(Source source, ArtifactSink sink) {
    return source instanceof IncrementalSource incremental ? new Sink(incremental, sink) : sink;
  }

  private synchronized void failed(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /**
   * Says that the backup is finished: from now on it is the one that is remembered.
   *
   * @return a warning if it is not
   */
  synchronized Optional<Finding> keep() {
    try {
      if (failure != null) {
        throw failure;
      }
      if (Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
        Memory.delete(finished);
        Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
      }
      memory.forgetAllBut(finished);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          Finding.warning(
              finished.toString(),
              "this backup cannot be remembered: " + Messages.of(e),
              "mend that; without a memory of it, or the secret key, the next incremental backup is"
                  + " a full one"));
    }
  }

  /** Forgets what was not {@linkplain #keep kept}. */
  @Override
  public void close() {
    try {
      Memory.delete(unfinished);
    } catch (IOException e) {
      failed(e); // the next run removes it
    }
  }

  private final class Sink implements ArtifactSink {
    private final IncrementalSource source;
    private final ArtifactSink sink;

    Sink(IncrementalSource source, ArtifactSink sink) {
      this.source = source;
      this.sink = sink;
    }

    @Override
    public ArtifactStream create(String name, String extension) throws IOException {
      ArtifactStream stream = sink.create(name, extension);
      if (!source.remembered().contains(name)) {
        return stream;
      }
      try {
        Path folder = unfinished.resolve(source.name());
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        OutputStream copy = Files.newOutputStream(folder.resolve(name));
        return new RememberedStream(stream, copy, Remembering.this::failed);
      } catch (IOException e) {
        failed(e);
        return stream;
      }
    }

    @Override
    public void report(Finding finding) {
      sink.report(finding);
    }

    @Override
    public void expect(long bytes) {
      sink.expect(bytes);
    }
  }
}
