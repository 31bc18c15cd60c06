package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisConnector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose append-only file cannot be rewritten; real ones do that on a full disk only. */
@Timeout(30)
class TargetWaitTest {
  private static final String FAILS_FOR_EVER =
      String.join(
          "\r\n",
          "redis_version:7.0.15",
          "aof_enabled:1",
          "aof_rewrite_in_progress:0",
          "aof_rewrite_scheduled:1",
          "aof_last_bgrewrite_status:err",
          "");

  @Test
  void aRewriteThatFailsAndIsScheduledAgainAndAgainIsNotWaitedForForEver() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RedisConnector connector =
            new RedisConnector(RestoreFixture.access(Duration.ofMillis(500)));
        ReplicaFeed feed = feed()) {
      Thread server = new Thread(() -> answer(listener), "test-redis");
      server.start();
      TargetControl control =
          new TargetControl(connector, new RedisAddress.Tcp("127.0.0.1", listener.getLocalPort()));

      assertThat(new TargetWait(control, feed, Duration.ofMillis(500)).untilLogged())
          .hasValueSatisfying(reason -> assertThat(reason).contains("failed"));

      control.close();
      server.join();
    }
  }

  private static ReplicaFeed feed() throws IOException {
    try (ServerSocketChannel listener =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      SocketChannel channel = SocketChannel.open(listener.getLocalAddress());
      channel.configureBlocking(false);
      return new ReplicaFeed(channel, Duration.ofSeconds(1), Duration.ofSeconds(1));
    }
  }

  /** Says the same to every INFO. */
  private static void answer(ServerSocket listener) {
    try (Socket socket = listener.accept();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
      OutputStream out = socket.getOutputStream();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("INFO")) {
          out.write(
              ("$" + FAILS_FOR_EVER.length() + "\r\n" + FAILS_FOR_EVER + "\r\n")
                  .getBytes(US_ASCII));
        }
      }
    } catch (IOException e) {
      // The test has ended.
    }
  }
}
