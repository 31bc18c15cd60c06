package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/** Hands over what the spool has: whole segments, and the new part of the one that comes in. */
final class WalCutter {
  private final WalSpool spool;
  private final String system;
  private final int segmentSize;
  private final ChangeSink sink;
  private String segment = "";
  private long cut;

  WalCutter(WalSpool spool, String system, int segmentSize, ChangeSink sink) {
    this.spool = spool;
    this.system = system;
    this.segmentSize = segmentSize;
    this.sink = sink;
  }

  /** How much of a segment has been handed over before. */
  synchronized void begin(String name, long bytes) {
    segment = name;
    cut = bytes;
  }

  synchronized void cut() throws IOException, InterruptedException {
    // Looked at first: whatever becomes whole from now on comes after it, and waits.
    Optional<WalSpool.Head> head = spool.head();
    for (WalSpool.SpoolFile file : spool.files()) {
      switch (file.kind()) {
        case WHOLE -> storeWhole(file);
        case LAST -> storeLast(file);
        case PARTIAL -> {}
      }
    }
    if (head.isPresent()) {
      storeHead(head.get());
    }
  }

  /** Hands over what an earlier process has left, and leaves the files that may be gone on with. */
  synchronized void cutLeftOvers() throws IOException, InterruptedException {
    for (WalSpool.SpoolFile file : spool.files()) {
      switch (file.kind()) {
        case WHOLE -> storeWhole(file);
        case LAST -> storeLast(file);
        case PARTIAL -> {
          long size = Files.size(file.path());
          if (size > 0 && !(file.segment().equals(segment) && size == cut)) {
            store(file.path(), file.timeline(), file.segment(), 0, size);
            begin(file.segment(), size);
          }
        }
      }
    }
  }

  private void storeWhole(WalSpool.SpoolFile file) throws IOException, InterruptedException {
    long size = Files.size(file.path());
    if (size != segmentSize) {
      throw new IOException(
          file.path() + " has " + size + " bytes where a segment has " + segmentSize);
    }
    String digest = digest(file.path());
    Lsn end = WalSegments.start(WalSegments.number(file.segment(), segmentSize) + 1, segmentSize);
    sink.store(
        new ChangeSink.Piece(
            WalName.whole(system, file.timeline(), file.segment(), digest),
            file.path(),
            0,
            size,
            Optional.of(position(file.timeline(), end)),
            Optional.of(WalName.whole(system, file.timeline(), file.segment(), ""))));
    Files.delete(file.path());
  }

  private static String digest(Path file) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return HistoryFile.digest(Sha256.from(digest));
  }

  private void storeLast(WalSpool.SpoolFile file) throws IOException, InterruptedException {
    long size = Files.size(file.path());
    if (size > 0) {
      store(file.path(), file.timeline(), file.segment(), 0, size);
    }
    Files.delete(file.path());
  }

  private void storeHead(WalSpool.Head head) throws IOException, InterruptedException {
    if (!head.segment().equals(segment)) {
      begin(head.segment(), 0);
    }
    if (head.length() > cut) {
      try {
        store(head.file(), head.timeline(), head.segment(), cut, head.length());
        cut = head.length();
      } catch (NoSuchFileException e) {
        sink.ready(); // It has become whole meanwhile.
      }
    }
  }

  private void store(Path file, long timeline, String name, long from, long to)
      throws IOException, InterruptedException {
    Lsn start = WalSegments.start(WalSegments.number(name, segmentSize), segmentSize);
    sink.store(
        new ChangeSink.Piece(
            WalName.slice(system, timeline, name, from, to),
            file,
            from,
            to,
            Optional.of(position(timeline, start.plus(to))),
            Optional.empty()));
  }

  private StreamPosition position(long timeline, Lsn at) {
    return new StreamPosition(WalName.stream(system, timeline), at.value());
  }
}
