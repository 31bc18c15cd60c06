package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Stores the histories of timelines, without which no recovery crosses from one to another. */
final class HistoryFile {
  private static final int DIGEST = 32;

  private HistoryFile() {}

  /** The part of a file's digest that stands in its name. */
  static String digest(Sha256 sha256) {
    return sha256.hex().substring(0, DIGEST);
  }

  static void store(ChangeSink sink, String system, long timeline, byte[] content)
      throws IOException, InterruptedException {
    Path file = sink.folder().resolve(WalSegments.timeline(timeline) + ".history");
    Files.write(file, content);
    String name = WalName.history(system, timeline, digest(Sha256.of(content)));
    sink.store(
        new ChangeSink.Piece(name, file, 0, content.length, Optional.empty(), Optional.empty()));
    Files.delete(file);
  }
}
