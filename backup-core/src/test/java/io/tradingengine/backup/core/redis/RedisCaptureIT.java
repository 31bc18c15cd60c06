package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.Redis.Snapshot;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.redis.RedisState.Method;
import io.tradingengine.backup.core.support.CuttingProxy;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.RedisData;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captures of real servers. Whether a capture is right, a real server says that loads it. */
class RedisCaptureIT {
  @TempDir Path folder;

  private static Source source(Redis redis) {
    return new RedisSourceProvider().open("redis", redis.settings());
  }

  private static Redis at(RedisServer server) {
    return Redis.at("127.0.0.1", server.port());
  }

  /** A server that has loaded the capture's only artifact. */
  private RedisServer load(MemoryCapture capture, int major) throws IOException {
    Path home = Files.createTempDirectory(folder, "loaded");
    assertThat(capture.finished()).hasSize(1);
    Path rdb = Files.write(home.resolve("dump.rdb"), capture.bytes(capture.finished().get(0)));
    if (major >= 7) {
      Oracles.run("redis-check-rdb", rdb.toString()).orFail();
    }
    return RedisServer.of(major).directory(home).start();
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void aSnapshotHasAllThatTheServerHas(int major) throws Exception {
    try (RedisServer server = RedisServer.start(major)) {
      RedisData.fill(server, 20_000);
      MemoryCapture capture = new MemoryCapture();

      SourceState captured = source(at(server)).capture(capture);

      RedisState state = RedisState.parse(captured.attributes());
      assertThat(state.method()).isEqualTo(Method.PSYNC);
      assertThat(state.serverVersion()).isEqualTo(server.info("redis_version"));
      RedisState.Part part = state.parts().get(0);
      assertThat(part.position().orElseThrow().replicationId())
          .isEqualTo(server.info("master_replid"));
      assertThat(part.position().orElseThrow().offset())
          .isLessThanOrEqualTo(Long.parseLong(server.info("master_repl_offset")));
      assertThat(part.rdbVersion()).isEqualTo(major == 6 ? 9 : 10);
      assertThat(part.keys()).isEqualTo(20_010);
      assertThat(capture.findings()).isEmpty();
      try (RedisServer loaded = load(capture, major)) {
        assertEqual(loaded, server);
      }
    }
  }

  private static void assertEqual(RedisServer actual, RedisServer expected) {
    RedisData.Contents mine = RedisData.contents(actual);
    RedisData.Contents theirs = RedisData.contents(expected);
    assertThat(mine.digest()).isEqualTo(theirs.digest());
    assertThat(mine.functions()).isEqualTo(theirs.functions());
    assertThat(mine.groups()).isEqualTo(theirs.groups());
    RedisData.assertSameExpiries(actual, mine, theirs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no"})
  void disklessAndDiskBasedSyncBothServe(String diskless) throws Exception {
    try (RedisServer server = RedisServer.of(7).setting("repl-diskless-sync", diskless).start()) {
      RedisData.fill(server, 5_000);
      MemoryCapture capture = new MemoryCapture();

      source(at(server)).capture(capture);

      assertThat(server.log())
          .contains("yes".equals(diskless) ? "target: replicas sockets" : "target: disk");
      try (RedisServer loaded = load(capture, 7)) {
        assertThat(loaded.digest()).isEqualTo(server.digest());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void keyByKeyGivesTheSameAndIsLabelled(int major) throws Exception {
    try (RedisServer server = RedisServer.start(major)) {
      RedisData.fill(server, 20_000);
      MemoryCapture capture = new MemoryCapture();

      SourceState captured = source(at(server).snapshot(Snapshot.SCAN)).capture(capture);

      assertThat(captured.attributes()).containsEntry("point-in-time", "no");
      assertThat(captured.attributes()).doesNotContainKey("offset");
      try (RedisServer loaded = load(capture, major)) {
        assertEqual(loaded, server);
      }
    }
  }

  @Test
  void aValueOfHundredsOfMegabytesNeedsNoSuchMemory() throws Exception {
    try (RedisServer server = RedisServer.start(7)) {
      server.call("SETRANGE", "huge", Integer.toString((200 << 20) - 1), "x");
      CountingSink counting = new CountingSink();

      source(at(server).snapshot(Snapshot.SCAN)).capture(counting);
      long byScan = counting.bytes();
      source(at(server)).capture(counting);

      assertThat(byScan).isPositive();
      assertThat(counting.bytes()).isPositive();
    }
  }

  @Test
  void aUserWhoMayNotReplicateIsCopiedKeyByKeyWithAWarning() throws Exception {
    try (RedisServer server =
        RedisServer.of(7).setting("user", "backup on >secret ~* +@all -psync -sync").start()) {
      RedisData.fill(server, 2_000);
      Redis redis = at(server).user("backup").password(Secret.of("secret"));
      MemoryCapture capture = new MemoryCapture();

      assertThat(source(redis).check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
                assertThat(finding.message()).contains("not a point in time");
                assertThat(finding.hint()).isEqualTo("ACL SETUSER backup +psync +replconf");
              });
      SourceState captured = source(redis).capture(capture);

      assertThat(captured.attributes()).containsEntry("method", "scan");
      assertThat(capture.findings())
          .singleElement()
          .satisfies(finding -> assertThat(finding.message()).contains("NOPERM"));
      try (RedisServer loaded = load(capture, 7)) {
        assertThat(loaded.digest()).isEqualTo(server.digest());
      }
      assertThatThrownBy(() -> source(redis.snapshot(Snapshot.PSYNC)).capture(new MemoryCapture()))
          .hasMessageContaining("NOPERM");
      assertThat(source(redis.snapshot(Snapshot.PSYNC)).check())
          .extracting(Finding::severity)
          .containsExactly(Finding.Severity.ERROR);
    }
  }

  @Test
  void theMinimalUserSuffices() throws Exception {
    try (RedisServer server =
        RedisServer.of(7)
            .setting("user", "backup on >secret resetchannels -@all +info +psync +replconf")
            .start()) {
      RedisData.fill(server, 1_000);
      MemoryCapture capture = new MemoryCapture();
      Source source = source(at(server).user("backup").password(Secret.of("secret")));

      assertThat(source.check()).noneMatch(f -> f.severity() != Finding.Severity.INFO);
      source.capture(capture);

      try (RedisServer loaded = load(capture, 7)) {
        assertThat(loaded.digest()).isEqualTo(server.digest());
      }
    }
  }

  /** Moves amounts between accounts, both keys in one transaction: the sum never changes. */
  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void theSnapshotIsAStateThatExisted(int major) throws Exception {
    try (RedisServer server = RedisServer.start(major)) {
      RedisData.fill(server, 100_000);
      for (int i = 0; i < 10; i++) {
        server.call("SET", "account:" + i, "1000");
      }
      AtomicReference<Throwable> failure = new AtomicReference<>();
      AtomicLong transfers = new AtomicLong();
      CountDownLatch begun = new CountDownLatch(1);
      Thread writer = new Thread(() -> transfer(server, transfers, begun, failure), "writer");
      writer.start();
      begun.await();
      MemoryCapture capture = new MemoryCapture();

      long before = transfers.get();
      source(at(server)).capture(capture);
      long after = transfers.get();
      writer.interrupt();
      writer.join();

      assertThat(failure.get()).isNull();
      assertThat(after).as("transfers during the snapshot").isGreaterThan(before);
      try (RedisServer loaded = load(capture, major)) {
        long sum = 0;
        for (int i = 0; i < 10; i++) {
          sum += Long.parseLong(RedisServer.text(loaded.call("GET", "account:" + i)));
        }
        assertThat(sum).isEqualTo(10_000);
      }
    }
  }

  private static void transfer(
      RedisServer server,
      AtomicLong transfers,
      CountDownLatch begun,
      AtomicReference<Throwable> failure) {
    try (RedisServer.Client client = server.client()) {
      for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
        client.send("MULTI");
        client.send("DECRBY", "account:" + i % 10, "7");
        client.send("INCRBY", "account:" + (i * 3 + 1) % 10, "7");
        client.send("EXEC");
        client.drain(4);
        transfers.incrementAndGet();
        begun.countDown();
      }
    } catch (IOException | RuntimeException e) {
      failure.set(e);
      begun.countDown();
    }
  }

  @Test
  void aConnectionThatBreaksMidwayIsTakenUpAgain() throws Exception {
    try (RedisServer server = RedisServer.start(7);
        CuttingProxy proxy = new CuttingProxy(server.port())) {
      RedisData.fill(server, 20_000);
      proxy.cutAfter(100_000, 300_000);
      MemoryCapture capture = new MemoryCapture();

      SourceState captured = source(Redis.at("127.0.0.1", proxy.port())).capture(capture);

      assertThat(proxy.cuts()).isEqualTo(2);
      assertThat(capture.finished()).containsExactly("retry2-dump");
      assertThat(RedisState.parse(captured.attributes()).parts().get(0).artifact())
          .isEqualTo("retry2-dump");
      assertThat(capture.findings())
          .hasSize(2)
          .allSatisfy(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.INFO);
                assertThat(finding.message()).contains("begun again", "closed the connection");
              });
      try (RedisServer loaded = load(capture, 7)) {
        assertThat(loaded.digest()).isEqualTo(server.digest());
      }
    }
  }

  @Test
  void aConnectionThatAlwaysBreaksFailsWithTheReason() throws Exception {
    try (RedisServer server = RedisServer.start(6);
        CuttingProxy proxy = new CuttingProxy(server.port())) {
      RedisData.fill(server, 20_000);
      proxy.cutAfter(100_000, 100_000);
      MemoryCapture capture = new MemoryCapture();
      Redis redis = Redis.at("127.0.0.1", proxy.port()).attempts(2);

      assertThatThrownBy(() -> source(redis).capture(capture))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(proxy.port()))
          .hasMessageContaining("closed the connection");
      assertThat(capture.finished()).isEmpty();
    }
  }

  @Test
  void aReplicaIsCopiedFromAndWhereItLagsItsMaster() throws Exception {
    try (RedisServer master = RedisServer.start(7);
        RedisServer replica =
            RedisServer.of(7).setting("replicaof", "127.0.0.1 " + master.port()).start()) {
      RedisData.fill(master, 1_000);
      awaitLink(replica, "up");
      while (!replica.digest().equals(master.digest())) {
        Thread.sleep(20); // the stream begins with the replica's first acknowledgement only
      }
      MemoryCapture capture = new MemoryCapture();
      Source source = source(at(master).replica("127.0.0.1", replica.port()).attempts(3));

      RedisState state = RedisState.parse(source.capture(capture).attributes());
      assertThat(state.parts().get(0).address()).isEqualTo("127.0.0.1:" + replica.port());
      assertThat(state.parts().get(0).position().orElseThrow().replicationId())
          .isEqualTo(master.info("master_replid"));
      try (RedisServer loaded = load(capture, 7)) {
        assertThat(loaded.digest()).isEqualTo(master.digest());
      }

      replica.call("REPLICAOF", "127.0.0.1", "1");
      awaitLink(replica, "down");
      assertThat(source.check())
          .anySatisfy(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
                assertThat(finding.message()).contains("does not follow its master");
              });
      MemoryCapture second = new MemoryCapture();
      RedisState fallen = RedisState.parse(source.capture(second).attributes());
      assertThat(fallen.parts().get(0).address()).isEqualTo("127.0.0.1:" + master.port());
      assertThat(second.findings())
          .anySatisfy(finding -> assertThat(finding.message()).contains("NOMASTERLINK"));
    }
  }

  private static void awaitLink(RedisServer replica, String status) throws InterruptedException {
    for (int i = 0; i < 500 && !replica.info("master_link_status").equals(status); i++) {
      Thread.sleep(20);
    }
    assertThat(replica.info("master_link_status")).isEqualTo(status);
  }

  @Test
  void whereAReplicaRefusesItsMasterIsCopiedFromAsCheckSays() throws Exception {
    try (RedisServer master = RedisServer.start(7);
        RedisServer replica = RedisServer.of(7).setting("requirepass", "another").start()) {
      master.call("SET", "key", "value");
      Source source = source(at(master).replica("127.0.0.1", replica.port()).attempts(2));

      assertThat(source.check())
          .singleElement()
          .satisfies(found -> assertThat(found.hint()).contains("the master is copied from"));
      MemoryCapture capture = new MemoryCapture();
      SourceState captured = source.capture(capture);

      assertThat(captured.attributes()).containsEntry("address", "127.0.0.1:" + master.port());
      assertThat(capture.findings())
          .singleElement()
          .satisfies(found -> assertThat(found.message()).contains("NOAUTH"));
    }
  }

  @Test
  void aReplicaWithoutItsMasterIsNotCopiedKeyByKeyEither() throws Exception {
    try (RedisServer master = RedisServer.start(7);
        RedisServer replica = RedisServer.start(7)) {
      replica.call("SET", "stale", "value");
      replica.call("REPLICAOF", "127.0.0.1", "1");
      master.call("SET", "key", "value");
      Redis redis =
          at(master).replica("127.0.0.1", replica.port()).snapshot(Snapshot.SCAN).attempts(2);

      SourceState captured = source(redis).capture(new MemoryCapture());

      assertThat(captured.attributes()).containsEntry("address", "127.0.0.1:" + master.port());
    }
  }

  @Test
  void keyByKeyTheServerNeedsNotTheMemoryOfManyLargeValues() throws Exception {
    try (RedisServer server = RedisServer.start(7);
        RedisServer.Client client = server.client()) {
      byte[] value = new byte[2 << 20];
      Random random = new Random(7);
      for (int i = 0; i < 50; i++) {
        random.nextBytes(value);
        client.call("SET".getBytes(UTF_8), ("key" + i).getBytes(UTF_8), value);
      }
      long before = Long.parseLong(server.info("used_memory_peak"));

      source(at(server).snapshot(Snapshot.SCAN)).capture(new CountingSink());

      assertThat(Long.parseLong(server.info("used_memory_peak")) - before).isLessThan(32 << 20);
    }
  }

  @Test
  void aServerThatIsLoadingIsWaitedFor() throws Exception {
    Path home = Files.createDirectory(folder.resolve("loading"));
    try (RedisServer server = RedisServer.of(7).directory(home).start()) {
      RedisData.fill(server, 3_000);
      server.call("SAVE");
      // Loading each key takes 300 us: about a second.
      server.call("CONFIG", "SET", "key-load-delay", "300");
      server.call("CONFIG", "SET", "loading-process-events-interval-bytes", "1024");
      AtomicReference<Object> answer = new AtomicReference<>();
      Thread reload = new Thread(() -> answer.set(server.call("DEBUG", "RELOAD", "NOSAVE")));
      reload.start();
      for (int i = 0; i < 200 && !"1".equals(server.info("loading")); i++) {
        Thread.sleep(5);
      }
      MemoryCapture capture = new MemoryCapture();

      source(at(server)).capture(capture);

      reload.join();
      assertThat(capture.findings())
          .anySatisfy(finding -> assertThat(finding.message()).contains("LOADING"));
      try (RedisServer loaded = load(capture, 7)) {
        assertThat(loaded.digest()).isEqualTo(server.digest());
      }
    }
  }

  @Test
  void aWrongPasswordIsSaidOnceAndNotTriedAgain() throws Exception {
    try (RedisServer server = RedisServer.of(7).setting("requirepass", "right").start()) {
      Redis wrong = at(server).password(Secret.of("not-this-one"));

      assertThat(source(wrong).check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
                assertThat(finding.toString()).contains("WRONGPASS").doesNotContain("not-this-one");
              });
      assertThat(source(at(server)).check())
          .singleElement()
          .satisfies(finding -> assertThat(finding.toString()).contains("NOAUTH", "password"));
      assertThatThrownBy(() -> source(wrong).capture(new MemoryCapture()))
          .hasMessageContaining("WRONGPASS");
    }
  }

  @Test
  void aSlowReaderIsNotOverrunByWrites() throws Exception {
    try (RedisServer server =
        RedisServer.of(7).setting("client-output-buffer-limit", "replica 1mb 1mb 1").start()) {
      RedisData.fill(server, 30_000);
      SlowSink slow = new SlowSink(Duration.ofMillis(2), Duration.ZERO);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread writer =
          new Thread(
              () -> {
                try (RedisServer.Client client = server.client()) {
                  while (!Thread.currentThread().isInterrupted()) {
                    client.call("SET", "noise", "y".repeat(100_000));
                  }
                } catch (IOException | RuntimeException e) {
                  failure.set(e);
                }
              });
      writer.start();

      source(at(server).attempts(1)).capture(slow);

      writer.interrupt();
      writer.join();
      assertThat(failure.get()).isNull();
      assertThat(slow.bytes()).isPositive();
    }
  }

  @Test
  void aReaderThatStandsStillIsDisconnectedByTheServerAndSaysSo() throws Exception {
    try (RedisServer server = RedisServer.of(7).setting("repl-timeout", "1").start()) {
      server.call("SET", "large", "z".repeat(30_000_000));
      server.call("CONFIG", "SET", "rdbcompression", "no");
      SlowSink stopped = new SlowSink(Duration.ZERO, Duration.ofSeconds(4));

      assertThatThrownBy(() -> source(at(server).attempts(1)).capture(stopped))
          .hasMessageContaining(Integer.toString(server.port()))
          .hasMessageContaining("closed the connection")
          .hasMessageContaining("repl-timeout");
    }
  }

  @Test
  void interruptionEndsACapture() throws Exception {
    try (RedisServer server = RedisServer.start(6)) {
      RedisData.fill(server, 20_000);
      SlowSink slow = new SlowSink(Duration.ofMillis(200), Duration.ZERO);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread capture =
          new Thread(
              () -> {
                try {
                  source(at(server)).capture(slow);
                } catch (Exception e) {
                  thrown.set(e);
                }
              });
      capture.start();
      slow.begun().await();
      capture.interrupt();
      capture.join(10_000);

      assertThat(capture.isAlive()).isFalse();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void aServerWithoutChecksumsIsToldOf() throws Exception {
    try (RedisServer server = RedisServer.of(7).setting("rdbchecksum", "no").start()) {
      MemoryCapture capture = new MemoryCapture();

      source(at(server)).capture(capture);

      assertThat(capture.findings())
          .extracting(Finding::message)
          .singleElement()
          .asString()
          .contains("rdbchecksum");
    }
  }

  @Test
  void configurationMistakesAreAllSaidAtOnce() {
    assertThatThrownBy(
            () ->
                new RedisSourceProvider()
                    .open(
                        "redis",
                        Redis.sentinel("", "no-port", "host:99999").settings().with("host", "x")))
        .hasMessageContaining("no-port")
        .hasMessageContaining("host:99999")
        .hasMessageContaining("expected only one of them");
    assertThat(List.of(Redis.at("h", 1), Redis.cluster("a:1"), Redis.sentinel("m", "a:1")))
        .allSatisfy(
            redis ->
                assertThat(redis.settings().validate(new RedisSourceProvider().keys())).isEmpty());
  }

  @Test
  void whatWouldSilentlyDoNothingIsRefused() {
    Redis idle =
        Redis.cluster("a:1")
            .replica("b", 1)
            .user("backup")
            .tlsClientCert(Path.of("/cert.pem"), Path.of("/key.pem"))
            .sentinelUser("watcher")
            .timeout(Duration.ZERO);

    assertThatThrownBy(() -> source(idle))
        .hasMessageContaining("replica: is for a single server")
        .hasMessageContaining("user: stands alone, expected 'password'")
        .hasMessageContaining("tls-cert: does nothing without TLS")
        .hasMessageContaining("sentinel-user: stands alone, expected 'sentinels'")
        .hasMessageContaining("timeout: is zero");
  }
}
