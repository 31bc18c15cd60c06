package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps the versions of one source that sends no changes. Thread-safe. */
final class Versions implements Closeable {
  private final String name;
  private final SourceArchive archive;
  private final VersionTracker tracker;
  private volatile @Nullable StreamPosition current;

  Versions(VersionedSource source, SourceArchive archive) {
    this.name = source.name();
    this.archive = archive;
    this.tracker = source.tracker(archive);
  }

  String name() {
    return name;
  }

  /** The version that was current when it was last looked. */
  Optional<StreamPosition> current() {
    return Optional.ofNullable(current);
  }

  /** Looks for changes; what fails is an alarm, and tried again the next time. */
  synchronized void look() throws InterruptedException {
    try {
      tracker.capture().ifPresent(this::keep);
      archive.clear(name);
    } catch (IOException | RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw (InterruptedException) new InterruptedException().initCause(e);
      }
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      archive.report(
          Finding.error(
              name,
              "its changes are not kept: " + reason,
              "recovery points go on with the version before; it is tried again"));
    }
  }

  /** What the tracker names has been handed over, by an earlier process perhaps. */
  private void keep(StreamPosition position) {
    archive.archived(position);
    current = position;
  }

  @Override
  public void close() {
    tracker.close();
  }
}
