package io.tradingengine.backup.examples.demo;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Redis server on 127.0.0.1 and a free port, with a password, that saves nothing to disk by
 * itself. Not safe for concurrent use.
 */
final class DemoRedis implements AutoCloseable {
  /** Where all of it is, below the demo's folder. */
  static final String FOLDER = "redis";

  private static final String VERSION = "redis_version:";

  private final Path folder;
  private final Secret password;
  private final ServerProcess process;
  private final int port;
  private @Nullable String program;

  /** A server in the folder {@code redis} below {@code folder}. Starts nothing yet. */
  DemoRedis(Path folder, Secret password) throws IOException, InterruptedException {
    this.folder = folder.resolve(FOLDER);
    this.password = password;
    this.process = new ServerProcess("Redis", folder);
    this.port = ServerProcess.freePort();
  }

  int port() {
    return port;
  }

  /** What the running server says of itself. */
  String version() {
    try (RedisClient client = client()) {
      return client
          .connect()
          .sync()
          .info("server")
          .lines()
          .filter(line -> line.startsWith(VERSION))
          .map(line -> line.substring(VERSION.length()))
          .findFirst()
          .orElse("?");
    }
  }

  /** Where the server keeps its files. */
  Path dataDirectory() {
    return folder.resolve("data");
  }

  /** Unpacks the program and starts it, with nothing in it. */
  void start() throws IOException, InterruptedException {
    String ready = program;
    if (ready == null) {
      ready = RedisBinary.unpackInto(folder);
      program = ready;
    }
    Files.createDirectory(dataDirectory());
    process.own(dataDirectory());
    Path configuration =
        Files.createFile(
            dataDirectory().resolve("redis.conf"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(
        configuration,
        List.of(
            "bind 127.0.0.1",
            "port " + port,
            "dir \"" + dataDirectory() + "\"",
            "requirepass " + password.reveal(),
            "save \"\"",
            // Nobody else is going to join: a copy need not wait for him.
            "repl-diskless-sync yes",
            "repl-diskless-sync-delay 0"));
    process.own(configuration);
    process.start(List.of(ready, configuration.toString()), this::listens);
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false; // not yet
    }
  }

  /** A client of it; to be shut down. */
  RedisClient client() {
    return RedisClient.create(
        RedisURI.Builder.redis("127.0.0.1", port)
            .withPassword(password.reveal().toCharArray())
            .build());
  }

  /** Stops the server as an operator would; does nothing if it does not run. */
  void stop() throws InterruptedException {
    process.stop();
  }

  /** Stops the server for good, even if this thread has been interrupted. */
  @Override
  public void close() {
    process.close();
  }
}
