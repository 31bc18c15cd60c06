package io.tradingengine.backup.spi;

import java.util.Objects;

/**
 * A position in a source's stream of changes. Positions are ordered within their stream only.
 * Immutable.
 *
 * @param stream which stream: for PostgreSQL the cluster's number and the timeline, {@code
 *     7431…/00000001}; for Redis the replication id; for files and state the series of versions
 * @param offset where in it: an LSN (unsigned); the offset of the last byte; the version's number
 */
public record StreamPosition(String stream, long offset) {

  public StreamPosition {
    Objects.requireNonNull(stream, "stream");
  }

  /** Whether this position is in the same stream as another one, and not before it. */
  public boolean reaches(StreamPosition other) {
    return stream.equals(other.stream) && Long.compareUnsigned(offset, other.offset) >= 0;
  }
}
