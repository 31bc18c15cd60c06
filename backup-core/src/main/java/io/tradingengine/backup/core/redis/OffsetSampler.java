package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import io.tradingengine.backup.spi.ContinuousSource.PositionSampler;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;

/** Tells where a server's command stream stands. */
final class OffsetSampler implements PositionSampler {
  private final Connections connections;
  private final RedisLink link;

  private OffsetSampler(Connections connections, RedisLink link) {
    this.connections = connections;
    this.link = link;
  }

  static OffsetSampler connect(RedisSettings settings) throws IOException, InterruptedException {
    CommandFollower.requireSingle(settings);
    Connections connections = new Connections(settings);
    try {
      Node node = connections.nodes().find().get(0);
      return new OffsetSampler(connections, connections.servers().connect(node.master()));
    } catch (IOException | InterruptedException | RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  @Override
  public StreamPosition sample() throws IOException, InterruptedException {
    String id = "";
    String offset = "";
    for (String line : link.call("INFO", "replication").text().lines().toList()) {
      if (line.startsWith("master_replid:")) {
        id = line.substring(line.indexOf(':') + 1);
      } else if (line.startsWith("master_repl_offset:")) {
        offset = line.substring(line.indexOf(':') + 1);
      }
    }
    if (id.isEmpty() || !offset.matches("[0-9]{1,18}")) {
      throw new RedisReplyException(
          link.address().toString(), "INFO replication", "no master_repl_offset");
    }
    Position position = new Position(id, Long.parseLong(offset));
    return new StreamPosition(position.replicationId(), position.offset());
  }

  @Override
  public void close() {
    connections.close();
  }
}
