package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import java.io.IOException;

/** Takes what a capture writes. Safe for concurrent use; several artifacts may be open at once. */
public interface ArtifactSink {

  /**
   * Begins an artifact.
   *
   * @param name lower-case letters, digits and dashes, such as {@code base}; unique in the capture,
   *     also after one of that name was abandoned
   * @param extension what its plain stream is, such as {@code tar}; empty for none
   */
  ArtifactStream create(String name, String extension) throws IOException;

  /** Reports something that does not stop the capture; a warning makes its outcome degraded. */
  void report(Finding finding);

  /**
   * Says how big the whole capture is going to be, for progress.
   *
   * @param bytes an estimate of the plain bytes
   */
  void expect(long bytes);
}
