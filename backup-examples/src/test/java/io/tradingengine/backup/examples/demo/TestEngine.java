package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** The demo's trading engine for tests of other packages: a server with data, config and state. */
public final class TestEngine implements AutoCloseable {
  public static final String PASSWORD = "Pa55-of-the-superuser";

  private final Path folder;
  private final DemoServer server;

  private TestEngine(Path folder, DemoServer server) {
    this.folder = folder;
    this.server = server;
  }

  /** Starts one below {@code folder}. */
  public static TestEngine start(Path folder)
      throws IOException, SQLException, InterruptedException {
    DemoServer server = new DemoServer(folder, Secret.of(PASSWORD));
    TestEngine engine = new TestEngine(folder, server);
    try {
      server.create();
      server.start();
      try (Connection connection = server.connect("postgres")) {
        TradingData.fill(connection, 1000);
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
    server.close();
  }
}
