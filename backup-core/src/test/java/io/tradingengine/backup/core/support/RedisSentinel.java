package io.tradingengine.backup.core.support;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A sentinel of its own that watches one master by the name {@code trading}. */
public final class RedisSentinel implements AutoCloseable {
  public static final String MASTER = "trading";

  private static final int ATTEMPTS = 500;

  private final int port;
  private final Process process;

  private RedisSentinel(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  /** Starts one that keeps its files in {@code folder}. */
  public static RedisSentinel start(Path folder, RedisServer master)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path configuration = folder.resolve("sentinel.conf");
    Files.write(
        configuration,
        List.of(
            "bind 127.0.0.1",
            "port " + port,
            "dir " + folder,
            "sentinel monitor " + MASTER + " 127.0.0.1 " + master.port() + " 1",
            "sentinel failover-timeout " + MASTER + " 5000"));
    Process process =
        new ProcessBuilder(
                RedisServer.program(7).toString(), configuration.toString(), "--sentinel")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sentinel.log").toFile())
            .start();
    RedisSentinel sentinel = new RedisSentinel(port, process);
    for (int i = 0; i < ATTEMPTS && !sentinel.answers(); i++) {
      Thread.sleep(20);
    }
    return sentinel;
  }

  private boolean answers() {
    try {
      return call("PING").equals("PONG");
    } catch (IOException e) {
      return false;
    }
  }

  /** {@code host:port} of it. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  public Object call(String... command) throws IOException {
    try (RedisServer.Client client = RedisServer.client(port)) {
      return client.call(command);
    }
  }

  /** The port of whom it takes for the master. */
  public int master() throws IOException {
    List<?> address = (List<?>) call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER);
    return Integer.parseInt(RedisServer.text(address.get(1)));
  }

  /** Whether it knows a replica that follows the master. */
  public boolean knowsReplica(int replica) throws IOException {
    for (Object each : (List<?>) call("SENTINEL", "REPLICAS", MASTER)) {
      List<String> fields = new ArrayList<>();
      ((List<?>) each).forEach(field -> fields.add(RedisServer.text(field)));
      int status = fields.indexOf("master-link-status");
      if (fields.contains(Integer.toString(replica)) && fields.get(status + 1).equals("ok")) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
