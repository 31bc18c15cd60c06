package io.tradingengine.backup.spi;

import java.io.IOException;
import java.util.Optional;

/** A source that hands its changes over, so that a restore can go beyond its last capture. */
public interface LoggedSource extends Source {

  /**
   * Where its stream stood at a capture; empty if nobody knows.
   *
   * @param state what the capture has said
   */
  Optional<StreamPosition> positionOf(SourceState state);

  /** How a position is shown to people, such as an LSN with its timeline. */
  default String print(StreamPosition position) {
    return position.offset() + " of " + position.stream();
  }

  /**
   * How a restore gets from a capture to a goal. Looks at names, and reads small pieces only, such
   * as the histories of timelines; touches nothing.
   *
   * @throws IOException if the changes cannot be read
   */
  Replay.Route route(SourceState state, Replay replay) throws IOException;
}
