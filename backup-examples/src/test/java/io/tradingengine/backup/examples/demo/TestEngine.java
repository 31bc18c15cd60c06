package io.tradingengine.backup.examples.demo;

import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The demo's trading engine for tests of other packages: servers with data, config and state. */
public final class TestEngine implements AutoCloseable {
  public static final String PASSWORD = "Pa55-of-the-superuser";

  private final Path folder;
  private final DemoPostgres server;
  private final DemoRedis redis;

  private TestEngine(Path folder, DemoPostgres server, DemoRedis redis) {
    this.folder = folder;
    this.server = server;
    this.redis = redis;
  }

  /** Starts one below {@code folder}. */
  public static TestEngine start(Path folder)
      throws IOException, SQLException, InterruptedException {
    DemoPostgres server = new DemoPostgres(folder, Secret.of(PASSWORD));
    DemoRedis redis = new DemoRedis(folder, Secret.of(PASSWORD));
    TestEngine engine = new TestEngine(folder, server, redis);
    try {
      server.create();
      server.start();
      redis.start();
      try (Connection connection = server.connect("postgres");
          RedisClient client = redis.client()) {
        TradingData.fill(connection, 1000);
        LiveData.fill(client, TradingData.trades(connection));
      }
      EngineFiles.writeConfig(engine.config());
      EngineFiles.writeState(engine.state());
      return engine;
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  public int port() {
    return server.port();
  }

  public int redisPort() {
    return redis.port();
  }

  public Path config() {
    return folder.resolve("config");
  }

  public Path state() {
    return folder.resolve("state");
  }

  /** What the tables hold now. */
  public Map<String, String> tables() throws SQLException {
    try (Connection connection = server.connect("postgres")) {
      return TradingData.fingerprint(connection);
    }
  }

  /** What the databases of Redis hold now. */
  public Map<String, String> redis() {
    try (RedisClient client = redis.client()) {
      return LiveDigest.fingerprint(client);
    }
  }

  /** Lets an ACL user of that name and password do what the rules say, and nothing else. */
  public void allow(String user, String... rules) {
    try (RedisClient client = redis.client()) {
      CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
      args.add("SETUSER").add(user).add("reset").add("on").add(">" + PASSWORD);
      List.of(rules).forEach(args::add);
      client.connect().sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
    }
  }

  /** Removes all that Redis holds. */
  public void destroyRedis() {
    try (RedisClient client = redis.client()) {
      LiveData.destroy(client);
    }
  }

  /** Starts the server on what was restored to {@code data}, in place of its own data. */
  public void runOn(Path data) throws IOException, InterruptedException {
    server.stop();
    Files.move(server.dataDirectory(), folder.resolve("old-data"));
    Files.move(data, server.dataDirectory());
    server.start();
  }

  /** What the files below {@code tree} are. */
  public static Map<String, String> files(Path tree) throws IOException {
    return EngineFiles.fingerprint(tree);
  }

  @Override
  public void close() {
    redis.close();
    server.close();
  }
}
