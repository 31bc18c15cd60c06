package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a server's configuration says, as far as its user may read it. */
final class ServerConfiguration {
  /** What a restore into files has to know; {@code appenddirname} came with 7.0. */
  private static final List<String> FOR_FILES =
      List.of(
          "appendonly", "appendfilename", "appenddirname", "aof-use-rdb-preamble", "dbfilename");

  private ServerConfiguration() {}

  /** A setting; empty if there is none of that name, or the user may not read it. */
  static Optional<String> get(RedisLink link, String name)
      throws IOException, InterruptedException {
    if (link.ask("CONFIG", "GET", name) instanceof Reply.Array pair
        && pair.elements().size() == 2) {
      return Optional.of(pair.elements().get(1).text());
    }
    return Optional.empty();
  }

  /** What a manifest keeps; empty if the user may not read the configuration. */
  static Map<String, String> forFiles(RedisLink link) throws IOException, InterruptedException {
    Map<String, String> settings = new TreeMap<>();
    for (String name : FOR_FILES) {
      Optional<String> value = get(link, name);
      if (value.isPresent()) {
        settings.put(name, value.get());
      }
    }
    return settings;
  }
}
