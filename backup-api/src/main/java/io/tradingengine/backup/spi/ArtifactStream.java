package io.tradingengine.backup.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The plain stream of one artifact. Used by one thread at a time; writing blocks while the workers
 * behind it are busy, and fails once any of them has failed.
 *
 * <p>Closing never publishes: an artifact that is closed without {@link #finish()} fails its
 * backup.
 */
public abstract class ArtifactStream extends OutputStream {

  /** For implementations, which belong to the engine. */
  protected ArtifactStream() {}

  /** Bytes written so far. */
  public abstract long position();

  /** Writes what remains in {@code bytes}, which is consumed. */
  public abstract void write(ByteBuffer bytes) throws IOException;

  /**
   * Records a file that stands in this artifact, so that it can be found without reading all before
   * it.
   */
  public abstract void index(IndexEntry entry) throws IOException;

  /** Says that the artifact is complete. */
  public abstract void finish() throws IOException;

  /** Lets go of the artifact. Does nothing after {@link #finish()}. */
  @Override
  public abstract void close();
}
