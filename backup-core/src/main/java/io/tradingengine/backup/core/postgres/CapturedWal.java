package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;

/**
 * The log of a capture.
 *
 * @param system the cluster's number
 * @param timeline its timeline
 * @param stop where the capture is consistent
 * @param segmentSize in bytes
 */
record CapturedWal(String system, long timeline, Lsn stop, int segmentSize) {

  static CapturedWal of(SourceState state) {
    return new CapturedWal(
        state.require("system-identifier"),
        Long.parseLong(state.require("timeline")),
        Lsn.parse(state.require("stop-lsn")),
        Integer.parseInt(state.require("wal-segment-size")));
  }

  /** Where it is consistent. */
  StreamPosition position() {
    return new StreamPosition(WalName.stream(system, timeline), stop.value());
  }

  /** A position as people read it: {@code 16/3002D50 on timeline 1}. */
  static String print(StreamPosition position) {
    return new Lsn(position.offset()) + " on timeline " + timelineOf(position);
  }

  /** The timeline in a position's stream. */
  static long timelineOf(StreamPosition position) {
    String stream = position.stream();
    return Long.parseLong(stream.substring(stream.indexOf('/') + 1), 16);
  }
}
