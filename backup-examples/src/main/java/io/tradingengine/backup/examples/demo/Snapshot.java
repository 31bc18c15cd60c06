package io.tradingengine.backup.examples.demo;

import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All that the engine holds at one moment, as digests.
 *
 * @param tables each table's rows, by its name
 * @param redis each of Redis' databases, by its name
 * @param config the configuration's files, by path
 * @param state the state's files, by path
 */
record Snapshot(
    Map<String, String> tables,
    Map<String, String> redis,
    Map<String, String> config,
    Map<String, String> state) {

  static Snapshot take(Connection connection, RedisClient redis, DemoFolder folder)
      throws IOException, SQLException {
    return new Snapshot(
        TradingData.fingerprint(connection),
        LiveDigest.fingerprint(redis),
        EngineFiles.fingerprint(folder.config()),
        EngineFiles.fingerprint(folder.state()));
  }

  /** What is not in {@code later} as it is here, or the reverse; one line each. */
  List<String> differences(Snapshot later) {
    List<String> differences = new ArrayList<>();
    compare("table", tables, later.tables, differences);
    compare("database", redis, later.redis, differences);
    compare("config", config, later.config, differences);
    compare("state", state, later.state, differences);
    return differences;
  }

  private static void compare(
      String what, Map<String, String> before, Map<String, String> after, List<String> into) {
    before.forEach(
        (name, value) -> {
          String now = after.getOrDefault(name, "nothing");
          if (!now.equals(value)) {
            into.add(what + " '" + name + "' was " + value + " and is " + now);
          }
        });
    after.forEach(
        (name, value) -> {
          if (!before.containsKey(name)) {
            into.add(what + " '" + name + "' was nothing and is " + value);
          }
        });
  }
}
