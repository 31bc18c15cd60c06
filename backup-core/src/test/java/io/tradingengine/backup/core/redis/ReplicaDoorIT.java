package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.core.support.RedisServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaDoorIT {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final String PASSWORD = "one-time";

  private static ReplicaDoor open() throws Exception {
    return ReplicaDoor.open(new InetSocketAddress(HERE, 0));
  }

  private static void follow(RedisServer server, ReplicaDoor door, String password)
      throws Exception {
    server.call("CONFIG", "SET", "masterauth", password);
    server.call("REPLICAOF", "127.0.0.1", Integer.toString(door.port()));
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void letsNobodyInWhoDoesNotKnowThePassword(int major) throws Exception {
    try (RedisServer stranger = RedisServer.start(major);
        RedisServer guesser = RedisServer.start(major);
        ReplicaDoor door = open()) {
      stranger.call("SET", "its", "own");
      follow(stranger, door, "");
      follow(guesser, door, "another");

      assertThat(door.admit(new Admission.Password(PASSWORD), Duration.ofMillis(600))).isNull();
      assertThat(door.refusal()).isEqualTo("it does not know the one-time password");
      assertThat(stranger.info("master_link_status")).isEqualTo("down");
      assertThat(RedisServer.text(stranger.call("GET", "its"))).isEqualTo("own");
      assertThat(stranger.log() + guesser.log()).doesNotContain("Full resync from master");
    }
  }

  @Test
  void letsTheOneInAmongOthers() throws Exception {
    List<Socket> others = new ArrayList<>();
    try (RedisServer target = RedisServer.start(7);
        ReplicaDoor door = open()) {
      int port = door.port();
      for (String greeting :
          List.of(
              "",
              "*",
              "*1\r\n$4\r\nPI",
              "GET / HTTP/1.1\r\n\r\n",
              "SYNC\r\n",
              "*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n",
              "*2\r\n$4\r\nAUTH\r\n$3\r\nbad\r\n",
              "*99999999\r\n",
              "*1\r\n$-5\r\n",
              "*2\r\n$4\r\nPING\r\n$9999999999\r\n",
              "\u0016\u0003\u0001")) {
        Socket socket = new Socket(HERE, port);
        socket.getOutputStream().write(greeting.getBytes(StandardCharsets.ISO_8859_1));
        others.add(socket);
      }
      Thread late =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 100; i++) {
                    others.add(new Socket(HERE, port));
                  }
                  follow(target, door, PASSWORD);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      late.start();
      SocketChannel channel = door.admit(new Admission.Password(PASSWORD), Duration.ofSeconds(10));
      late.join();

      assertThat(channel).isNotNull();
      for (Socket other : others) {
        assertThat(heard(other)).doesNotContain("FULLRESYNC").doesNotContain("+OK");
      }
      channel.close();
    } finally {
      for (Socket other : others) {
        other.close();
      }
    }
  }

  private static String heard(Socket socket) throws Exception {
    socket.setSoTimeout(2000);
    try (InputStream in = socket.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("a connection is still open", e);
    } catch (SocketException e) {
      return ""; // it was sent away before it was heard
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void knowsAServerByItsReplicationId(int major) throws Exception {
    try (RedisServer stranger = RedisServer.start(major);
        RedisServer target = RedisServer.start(major);
        ReplicaDoor door = open();
        ReplicaDoor other = open()) {
      Admission admission = new Admission.Identity(HERE, target.info("master_replid"));
      follow(stranger, door, "");
      assertThat(door.admit(admission, Duration.ofMillis(500))).isNull();
      assertThat(door.refusal()).contains("its replication id differs");

      follow(target, door, "a password for somebody else");
      SocketChannel channel = door.admit(admission, Duration.ofSeconds(10));
      assertThat(channel).isNotNull();
      channel.close();

      target.call("REPLICAOF", "NO", "ONE");
      Admission elsewhere =
          new Admission.Identity(InetAddress.getByName("192.0.2.1"), target.info("master_replid"));
      follow(target, other, "");
      assertThat(other.admit(elsewhere, Duration.ofMillis(500))).isNull();
      assertThat(other.refusal()).contains("another address than 192.0.2.1");
    }
  }
}
