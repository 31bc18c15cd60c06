package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.util.Optional;

/** Where a server's command stream stands. */
final class StreamEnd {
  private StreamEnd() {}

  /** As the server says. */
  static Position of(ServerFacts facts, RedisLink link) throws IOException {
    Optional<String> id = facts.field("master_replid");
    Optional<String> offset = facts.field("master_repl_offset");
    if (id.isEmpty() || offset.isEmpty() || !offset.get().matches("[0-9]{1,18}")) {
      throw new IOException(
          "Redis at " + link.address() + " does not say where its command stream stands");
    }
    return new Position(id.get(), Long.parseLong(offset.get()));
  }

  /** As a capture has it; empty if it was copied key by key, or is one of a cluster. */
  static Optional<Position> ofCapture(SourceState state) {
    try {
      RedisState redis = RedisState.parse(state.attributes());
      return redis.parts().size() == 1 ? redis.parts().get(0).position() : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // Whoever restores it says what is wrong.
    }
  }
}
