package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.Redis.TlsMode;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.RedisCluster;
import io.tradingengine.backup.core.support.RedisData;
import io.tradingengine.backup.core.support.RedisSentinel;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentinel, cluster, TLS and unix sockets. */
class RedisTopologyIT {
  @TempDir Path folder;

  private static Source source(Redis redis) {
    return new RedisSourceProvider().open("redis", redis.settings());
  }

  private RedisServer load(byte[] rdb) throws IOException {
    Path home = Files.createTempDirectory(folder, "loaded");
    Files.write(home.resolve("dump.rdb"), rdb);
    return RedisServer.of(7).directory(home).start();
  }

  @Test
  void everyMasterOfAClusterIsCapturedWithItsSlots() throws Exception {
    try (RedisCluster cluster = RedisCluster.start()) {
      for (int i = 0; i < 300; i++) {
        cluster.set("key:" + i, "value of " + i);
      }
      MemoryCapture capture = new MemoryCapture();
      Source source = source(Redis.cluster(cluster.seed()));

      assertThat(source.check()).isEmpty();
      RedisState state = RedisState.parse(source.capture(capture).attributes());

      assertThat(state.topology()).isEqualTo(RedisState.Topology.CLUSTER);
      assertThat(state.parts())
          .extracting(RedisState.Part::slots)
          .containsExactly("0-5460", "5461-10921", "10922-16383");
      assertThat(state.keys()).isEqualTo(300);
      assertThat(capture.finished())
          .containsExactlyInAnyOrder("shard-0001", "shard-0002", "shard-0003");
      for (int i = 0; i < 3; i++) {
        try (RedisServer loaded = load(capture.bytes(state.parts().get(i).artifact()))) {
          assertThat(loaded.digest()).isEqualTo(cluster.masters().get(i).digest());
        }
      }
    }
  }

  @Test
  void aClusterWhoseSlotsAreOnTheMoveIsRefused() throws Exception {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisServer from = cluster.masters().get(0);
      RedisServer to = cluster.masters().get(1);
      String id = RedisServer.text(to.call("CLUSTER", "MYID"));
      from.call("CLUSTER", "SETSLOT", "7", "MIGRATING", id);
      Source source = source(Redis.cluster(cluster.seed()));

      assertThat(source.check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
                assertThat(finding.message()).contains("on the move", "[7->-" + id + "]");
              });
      assertThatThrownBy(() -> source.capture(new MemoryCapture()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("on the move");

      from.call("CLUSTER", "SETSLOT", "7", "STABLE");
      assertThat(source.check()).isEmpty();
    }
  }

  @Test
  void aClusterThatIsNotWholeIsRefused() throws Exception {
    try (RedisServer lonely = RedisCluster.node()) {
      assertThat(source(Redis.cluster("127.0.0.1:" + lonely.port())).check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
                assertThat(finding.message()).contains("no master serves slot 0");
              });
    }
  }

  @Test
  void aNodeOfAClusterIsNotTakenForAServerNorTheOtherWayRound() throws Exception {
    try (RedisCluster cluster = RedisCluster.start();
        RedisServer single = RedisServer.start(7)) {
      assertThat(source(Redis.at("127.0.0.1", cluster.masters().get(0).port())).check())
          .singleElement()
          .satisfies(
              finding -> assertThat(finding.toString()).contains("only a part", "'cluster'"));
      assertThat(source(Redis.cluster("127.0.0.1:" + single.port())).check())
          .singleElement()
          .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
    }
  }

  @Test
  void sentinelsAreAskedForTheMasterEvenAfterAFailover() throws Exception {
    try (RedisServer first = RedisServer.start(7);
        RedisServer second =
            RedisServer.of(7).setting("replicaof", "127.0.0.1 " + first.port()).start()) {
      RedisData.fill(first, 500);
      await(() -> second.info("master_link_status").equals("up"));
      try (RedisSentinel sentinel = RedisSentinel.start(folder, first)) {
        Redis redis =
            Redis.sentinel("trading", "127.0.0.1:1", sentinel.address())
                .timeout(Duration.ofSeconds(5));
        assertThat(addressOfCapture(redis)).isEqualTo("127.0.0.1:" + first.port());
        await(() -> sentinel.knowsReplica(second.port()));
        assertThat(addressOfCapture(redis.preferReplicas()))
            .isEqualTo("127.0.0.1:" + second.port());

        sentinel.call("SENTINEL", "FAILOVER", "trading");
        await(() -> second.info("role").equals("master"));
        await(() -> sentinel.master() == second.port());

        assertThat(addressOfCapture(redis)).isEqualTo("127.0.0.1:" + second.port());
        assertThat(source(Redis.sentinel("other", sentinel.address())).check())
            .singleElement()
            .satisfies(finding -> assertThat(finding.message()).contains("no master 'other'"));
      }
    }
  }

  private static String addressOfCapture(Redis redis) throws Exception {
    Source source = source(redis);
    assertThat(source.check()).isEmpty();
    return RedisState.parse(source.capture(new MemoryCapture()).attributes())
        .parts()
        .get(0)
        .address();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    for (int i = 0; i < 1500 && !condition.holds(); i++) {
      Thread.sleep(20);
    }
    assertThat(condition.holds()).isTrue();
  }

  @Test
  void tlsIsVerifiedAsConfigured() throws Exception {
    certificates();
    int tlsPort;
    try (ServerSocket free = new ServerSocket(0)) {
      tlsPort = free.getLocalPort();
    }
    try (RedisServer server =
        RedisServer.of(7)
            .setting("tls-port", Integer.toString(tlsPort))
            .setting("tls-cert-file", file("server.crt"))
            .setting("tls-key-file", file("server.key"))
            .setting("tls-ca-cert-file", file("ca.crt"))
            .start()) {
      RedisData.fill(server, 2_000);
      Redis base =
          Redis.at("localhost", tlsPort)
              .tlsRootCert(folder.resolve("ca.crt"))
              .tlsClientCert(folder.resolve("client.crt"), folder.resolve("client.pk8"))
              .timeout(Duration.ofSeconds(10));
      MemoryCapture capture = new MemoryCapture();

      Source source = source(base.tls(TlsMode.VERIFY_FULL));
      assertThat(source.check()).isEmpty();
      source.capture(capture);
      try (RedisServer loaded = load(capture.bytes("dump"))) {
        assertThat(loaded.digest()).isEqualTo(server.digest());
      }

      Redis byAddress =
          Redis.at("127.0.0.1", tlsPort)
              .tlsRootCert(folder.resolve("ca.crt"))
              .tlsClientCert(folder.resolve("client.crt"), folder.resolve("client.pk8"));
      assertThat(source(byAddress.tls(TlsMode.VERIFY_CA)).check()).isEmpty();
      assertThat(source(byAddress.tls(TlsMode.VERIFY_FULL)).check())
          .singleElement()
          .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
      assertThat(
              source(base.tlsRootCert(folder.resolve("other.crt")).tls(TlsMode.VERIFY_CA)).check())
          .singleElement()
          .satisfies(finding -> assertThat(finding.message()).containsIgnoringCase("cert"));
      assertThatThrownBy(
              () -> source(Redis.at("localhost", tlsPort).attempts(1)).capture(new MemoryCapture()))
          .hasMessageContaining(Integer.toString(tlsPort));
    }
  }

  private void certificates() {
    for (String authority : List.of("ca", "other")) {
      openssl(
          "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%1$s -keyout %1$s.key -out %1$s.crt"
              .formatted(authority));
    }
    for (String name : List.of("server", "client")) {
      openssl(
          "req -newkey rsa:2048 -nodes -subj /CN=%1$s -addext subjectAltName=DNS:localhost -keyout %1$s.key -out %1$s.csr"
              .formatted(name));
      openssl(
          "x509 -req -days 2 -in %1$s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -copy_extensions copy -out %1$s.crt"
              .formatted(name));
    }
    openssl("pkcs8 -topk8 -nocrypt -in client.key -out client.pk8");
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private void openssl(String arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    for (String argument : arguments.split(" ", -1)) {
      command.add(argument.matches("[\\w-]+\\.(key|crt|csr|pk8)") ? file(argument) : argument);
    }
    Oracles.run(command).orFail();
  }

  @Test
  void aUnixSocketServes() throws Exception {
    Path socket = folder.resolve("redis.sock");
    try (RedisServer server = RedisServer.of(6).setting("unixsocket", socket.toString()).start()) {
      RedisData.fill(server, 500);
      Source source = source(Redis.socket(socket));

      assertThat(source.check()).isEmpty();
      assertThat(RedisState.parse(source.capture(new MemoryCapture()).attributes()).keys())
          .isEqualTo(510);
    }
  }
}
