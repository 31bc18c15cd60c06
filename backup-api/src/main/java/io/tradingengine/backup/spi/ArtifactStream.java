package io.tradingengine.backup.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The plain stream of one artifact. Used by one thread at a time; writing blocks while the workers
 * behind it are busy, and fails once any of them has failed.
 *
 * <p>Closing never publishes: an artifact that is closed without {@link #finish()} or {@link
 * #abandon()} fails its source's capture.
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

  /**
   * Gives the artifact up: for a source that begins again under another name. On return nothing
   * more of it is written, what was stored of it has been removed, and the backup does not have it.
   * A finished artifact can be given up too, as long as its capture runs; doing so twice is one.
   *
   * <p>What cannot be removed is not a failure: it takes up space, and a finding names it.
   *
   * @throws IOException if the backup as a whole has failed
   */
  public abstract void abandon() throws IOException;

  /** Lets go of the artifact. Does nothing after {@link #finish()} or {@link #abandon()}. */
  @Override
  public abstract void close();
}
