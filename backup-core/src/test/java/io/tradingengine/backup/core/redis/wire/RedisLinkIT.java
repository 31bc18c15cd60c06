package io.tradingengine.backup.core.redis.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Redis.TlsMode;
import io.tradingengine.backup.core.support.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisLinkIT {
  private static final RedisAccess.Tls NO_TLS =
      new RedisAccess.Tls(TlsMode.DISABLE, Optional.empty(), Optional.empty(), Optional.empty());

  private static RedisAccess access(String user, String password) {
    return new RedisAccess(
        Optional.ofNullable(user),
        () -> Optional.ofNullable(password),
        NO_TLS,
        Duration.ofSeconds(5));
  }

  private static RedisAddress at(RedisServer server) {
    return new RedisAddress.Tcp("127.0.0.1", server.port());
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void speaksToAServer(int major) throws Exception {
    try (RedisServer server = RedisServer.start(major);
        RedisConnector connector = new RedisConnector(access(null, null))) {
      RedisLink link = connector.connect(at(server));

      assertThat(link.call("SET", "a", "1").text()).isEqualTo("OK");
      assertThat(link.call("INCR", "a").number()).isEqualTo(2);
      assertThat(link.call("KEYS", "*").elements()).hasSize(1);
      assertThat(link.ask("NOSUCH")).isInstanceOf(Reply.Failure.class);
    }
  }

  @Test
  void logsInAsAnAclUserAndThroughAUnixSocket(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("s");
    try (RedisServer server =
            RedisServer.of(7)
                .setting("user", "backup on >secret ~* +@all")
                .setting("unixsocket", socket.toString())
                .start();
        RedisConnector connector = new RedisConnector(access("backup", "secret"))) {
      assertThat(connector.connect(at(server)).call("ACL", "WHOAMI").text()).isEqualTo("backup");
      assertThat(
              connector.connect(new RedisAddress.UnixSocket(socket)).call("ACL", "WHOAMI").text())
          .isEqualTo("backup");
    }
  }

  @Test
  void saysWhyALoginWasRefused() {
    try (RedisServer server = RedisServer.of(6).setting("requirepass", "right").start();
        RedisConnector connector = new RedisConnector(access(null, "wrong"))) {
      assertThatThrownBy(() -> connector.connect(at(server)))
          .isInstanceOf(RedisReplyException.class)
          .hasMessageContaining("WRONGPASS")
          .hasMessageNotContaining("wrong\"");
    }
  }

  @Test
  void saysThatNobodyListens() {
    RedisServer server = RedisServer.start(6);
    server.close();
    try (RedisConnector connector = new RedisConnector(access(null, null))) {
      assertThatThrownBy(() -> connector.connect(at(server)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(server.port()))
          .hasMessageContaining("refused");
    }
  }

  @Test
  void giveUpOnAServerThatIsSilent() throws Exception {
    try (RedisServer server = RedisServer.start(6);
        RedisConnector connector =
            new RedisConnector(
                new RedisAccess(
                    Optional.empty(), Optional::empty, NO_TLS, Duration.ofMillis(300)))) {
      RedisLink link = connector.connect(at(server));
      server.pause();
      try {
        assertThatThrownBy(() -> link.call("PING")).hasMessageContaining("has sent nothing");
      } finally {
        server.resume();
      }
    }
  }

  @Test
  void closingLeavesNoThreadsBehindEvenIfInterrupted() throws Exception {
    try (RedisServer server = RedisServer.start(6)) {
      RedisConnector connector = new RedisConnector(access(null, null));
      connector.connect(at(server));

      Thread.currentThread().interrupt();
      connector.close();

      assertThat(Thread.interrupted()).as("the interruption is not lost").isTrue();
      long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (lettuceThreads() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      assertThat(lettuceThreads()).isZero();
    }
  }

  private static long lettuceThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lettuce-"))
        .count();
  }

  private static long usedMemory() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"$2000000000", "*2000000000", "$500000000"})
  void whatAnnouncesGigabytesGetsNoneOfOurMemory(String announcement) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RedisConnector connector = new RedisConnector(access(null, null))) {
      RedisLink link =
          connector.connect(new RedisAddress.Tcp("127.0.0.1", listener.getLocalPort()));
      try (Socket other = listener.accept()) {
        other.getOutputStream().write((announcement + "\r\n").getBytes(US_ASCII));
        other.shutdownOutput();
        long before = usedMemory();

        assertThatThrownBy(() -> link.receive())
            .isInstanceOf(IOException.class)
            .hasMessageContaining(Integer.toString(listener.getLocalPort()));

        assertThat(usedMemory() - before).isLessThan(100 << 20);
      }
    }
  }

  @Test
  void aLargeValueGoesThroughInPieces() throws Exception {
    try (RedisServer server = RedisServer.start(7);
        RedisConnector connector = new RedisConnector(access(null, null))) {
      RedisLink link = connector.connect(at(server));
      int pieces = 64;
      byte[] piece = new byte[1 << 20];
      link.beginCommand(3);
      for (String word : new String[] {"SET", "large"}) {
        link.beginArgument(word.length());
        link.write(ByteBuffer.wrap(word.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        link.endArgument();
      }
      link.beginArgument((long) pieces * piece.length);
      for (int i = 0; i < pieces; i++) {
        java.util.Arrays.fill(piece, (byte) i);
        link.write(ByteBuffer.wrap(piece));
      }
      link.endArgument();
      link.flush();
      assertThat(link.receive().text()).isEqualTo("OK");

      link.send("GET", "large");
      link.flush();
      long length = link.receiveBulk("GET");
      assertThat(length).isEqualTo((long) pieces * piece.length);
      long[] at = {0};
      link.transfer(
          length,
          bytes -> {
            while (bytes.hasRemaining()) {
              assertThat(bytes.get()).isEqualTo((byte) (at[0]++ >> 20));
            }
          });
      link.endOfBulk();
      assertThat(link.call("DBSIZE").number()).isEqualTo(1);
    }
  }
}
