package io.tradingengine.backup.s3;

import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** A real server of S3's protocol, in a process of its own that stops with the test. */
final class S3Server implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private final Process process;
  private final URI endpoint;
  private final S3Client client;

  private S3Server(Process process, int port) {
    this.process = process;
    this.endpoint = URI.create("http://127.0.0.1:" + port);
    this.client = S3Clients.open(settings("none"), S3.Checksums.SHA256);
  }

  /** Adobe's S3Mock. */
  static S3Server s3mock(Path directory) throws Exception {
    int port = freePort();
    return start(
        directory,
        port,
        List.of(
            "-jar",
            jar("s3mock-exec.jar"),
            "--http.port=" + port,
            "--server.port=0",
            "--server.address=127.0.0.1"));
  }

  /** S3Proxy, with objects in memory. */
  static S3Server s3proxy(Path directory) throws Exception {
    int port = freePort();
    Path config = directory.resolve("s3proxy.conf");
    Files.write(
        config,
        List.of(
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.authorization=none",
            "jclouds.provider=transient-nio2",
            "jclouds.identity=any",
            "jclouds.credential=any"));
    return start(
        directory,
        port,
        List.of(
            "-jar", jar("s3proxy-jar-with-dependencies.jar"), "--properties", config.toString()));
  }

  private static String jar(String name) {
    return Path.of(System.getProperty("servers", "target/servers")).resolve(name).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static S3Server start(Path directory, int port, List<String> arguments) throws Exception {
    Path log = directory.resolve("server.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    S3Server server = new S3Server(process, port);
    long start = System.nanoTime();
    while (!server.answers(port)) {
      if (!process.isAlive() || System.nanoTime() - start > START.toNanos()) {
        server.close();
        throw new IOException("the server did not start: " + Files.readString(log));
      }
      Thread.sleep(50);
    }
    return server;
  }

  private boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      client.listBuckets();
      return true;
    } catch (IOException | SdkException e) {
      return false; // not yet
    }
  }

  /** A new, empty bucket. */
  String newBucket() {
    String bucket = "bucket-" + BUCKETS.incrementAndGet();
    client.createBucket(request -> request.bucket(bucket));
    return bucket;
  }

  Settings settings(String bucket) {
    return S3.bucket(bucket)
        .prefix("some/prefix")
        .endpoint(endpoint)
        .pathStyle()
        .credentials(Secret.of("access"), Secret.of("secret"))
        .settings();
  }

  S3Client client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
