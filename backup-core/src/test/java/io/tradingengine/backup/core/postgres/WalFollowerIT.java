package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.Postgres.SslMode;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.ChangeGapException;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A follower and what may happen to it: crashes, lost slots, removed WAL, strangers. */
@ExtendWith(NoThreadLeft.class)
class WalFollowerIT {
  private static final String SLOT = "backup_postgres";

  @TempDir Path folder;
  private PgServer server;
  private ArchiveFolder archive;

  @BeforeEach
  void start() throws IOException {
    server = newServer();
    archive = new ArchiveFolder(folder.resolve("archive"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static PgServer newServer() {
    PgServer server =
        PgServer.of(17)
            .initdb("--wal-segsize=1")
            .setting("min_wal_size", "2MB")
            .setting("max_wal_size", "4MB")
            .start();
    server.execute("create table events (id serial primary key, note text)");
    return server;
  }

  private static ContinuousSource source(PgServer server) {
    return WalRecoveryIT.source(server);
  }

  private static ContinuousSource source(PgServer server, WalOptions options) {
    ConnectionSpec spec =
        new ConnectionSpec(
            server.host(),
            server.port(),
            "postgres",
            PgServer.USER,
            () -> Optional.of(PgServer.PASSWORD),
            new ConnectionSpec.Tls(
                SslMode.DISABLE, Optional.empty(), Optional.empty(), Optional.empty()),
            Duration.ofSeconds(10));
    return new PostgresSource("postgres", spec, options, Optional.empty());
  }

  private static StreamPosition position(PgServer server) throws Exception {
    try (ContinuousSource.PositionSampler sampler = source(server).sampler()) {
      return sampler.sample();
    }
  }

  private void write() {
    server.execute(
        "insert into events (note) select repeat('x', 500) from generate_series(1, 500)");
  }

  /** Whole segments are those of the server, as far as it still has them. */
  private void assertEqualsTheServersWal() throws IOException {
    int compared = 0;
    for (String name : archive.names()) {
      if (WalName.parse(name).orElseThrow().piece() instanceof WalName.Whole whole) {
        Path original = server.dataDirectory().resolve("pg_wal").resolve(whole.segment());
        if (Files.exists(original)) {
          assertThat(archive.file(name)).hasSameBinaryContentAs(original);
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void crashesAndRestartsOfTheServerAndOfTheFollowerLeaveNoGap() throws Exception {
    try (Following following = new Following(source(server), archive)) {
      write();
      following.await(position(server));
      server.crash();
      server.startAgain();
      write();
      following.await(position(server));
      server.restart();
      write();
      following.await(position(server));
      assertThat(following.failures).isNotEmpty().noneMatch(ChangeGapException.class::isInstance);
    }
    write();
    try (Following following = new Following(source(server), archive)) {
      write();
      write();
      server.execute("select pg_switch_wal()");
      following.await(position(server));
      assertThat(following.failures).isEmpty();
    }
    assertThat(archive.fullBackupsDue).isEmpty();
    assertThat(archive.reported).isEmpty();
    assertEqualsTheServersWal();
    assertContiguous();
  }

  private void assertContiguous() {
    long next = -1;
    for (String name : archive.names()) {
      if (WalName.parse(name).orElseThrow().piece() instanceof WalName.Whole whole) {
        long number = WalSegments.number(whole.segment(), 1 << 20);
        assertThat(number == next || next < 0).as(name).isTrue();
        next = number + 1;
      }
    }
  }

  @Test
  void whatAFollowerThatWasKilledLeftIsHandedOverBeforeTheServerIsReached() throws Exception {
    StreamPosition last;
    try (Following following = new Following(source(server), archive)) {
      write();
      following.await(position(server));
      following.cutting(false);
      Thread.sleep(100);
      write();
      last = position(server);
      following.until("durable", () -> following.follower.durable().orElseThrow().reaches(last));
    }
    assertThat(archive.ends).noneMatch(end -> end.reaches(last));
    server.stop();
    try (Following following = new Following(source(server), archive)) {
      following.await(last);
    }
  }

  @Test
  void aSlotThatWasDroppedIsMadeAnewWithoutAGapWhereTheWalIsStillThere() throws Exception {
    try (Following following = new Following(source(server), archive)) {
      write();
      following.await(position(server));
    }
    dropSlot();
    write();
    try (Following following = new Following(source(server), archive)) {
      following.await(position(server));
      assertThat(following.failures).isEmpty();
    }
    assertThat(archive.reported).isEmpty();
    assertContiguous();
  }

  private void dropSlot() throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      if (server
          .value("select active from pg_replication_slots where slot_name = '" + SLOT + "'")
          .equals("f")) {
        break;
      }
      Thread.sleep(20);
    }
    server.execute("select pg_drop_replication_slot('" + SLOT + "')");
  }

  private void removeWal() {
    for (int i = 0; i < 12; i++) {
      write();
      server.execute("select pg_switch_wal()");
    }
    server.execute("checkpoint", "checkpoint");
  }

  @Test
  void aGapIsAnAlarmAndMakesAFullBackupDueAndArchivingGoesOnAfterIt() throws Exception {
    StreamPosition before;
    try (Following following = new Following(source(server), archive)) {
      write();
      before = position(server);
      following.await(before);
    }
    dropSlot();
    removeWal();
    assertGapAndGoesOn(before);
  }

  private void assertGapAndGoesOn(StreamPosition before) throws Exception {
    try (Following following = new Following(source(server), archive)) {
      following.awaitFailure("is lost: the server had removed it");
      write();
      following.await(position(server));
      assertThat(following.failures).anyMatch(ChangeGapException.class::isInstance);
      assertThat(following.failures.size()).isLessThanOrEqualTo(2);
    }
    assertThat(archive.fullBackupsDue).hasSize(1);
    String segment = new Lsn(before.offset()).segmentStart(1 << 20).toString();
    assertThat(archive.findings.get("postgres (gap)").message()).contains(segment);
  }

  @Test
  void aSlotThatTheServerInvalidatedIsMadeAnew() throws Exception {
    StreamPosition before;
    try (Following following = new Following(source(server), archive)) {
      write();
      before = position(server);
      following.await(before);
    }
    server.execute("alter system set max_slot_wal_keep_size = '1MB'", "select pg_reload_conf()");
    removeWal();
    assertThat(server.value("select wal_status from pg_replication_slots")).isEqualTo("lost");
    assertGapAndGoesOn(before);
  }

  @Test
  void twoFollowersOfOneSlotAreTold() throws Exception {
    ArchiveFolder other = new ArchiveFolder(folder.resolve("other"));
    try (Following first = new Following(source(server), archive)) {
      write();
      first.await(position(server));
      try (Following second = new Following(source(server), other)) {
        second.awaitFailure("somebody else follows the slot backup_postgres");
      }
      write();
      first.await(position(server));
      assertThat(first.failures).isEmpty();
    }
    assertThat(other.names()).isEmpty();
  }

  @Test
  void anotherClusterUnderTheSameNameIsRefusedUntilItHasAFullBackup() throws Exception {
    StreamPosition old;
    try (Following following = new Following(source(server), archive)) {
      write();
      old = position(server);
      following.await(old);
    }
    try (PgServer stranger = newServer()) {
      StreamPosition position = position(stranger);
      String system = position.stream().split("/", 2)[0];
      try (Following following = new Following(source(stranger), archive)) {
        following.awaitFailure(system);
        assertThat(following.failures)
            .singleElement()
            .isInstanceOf(BackupException.class)
            .asString()
            .contains(old.stream().split("/", 2)[0], "full backup");
      }
      archive.capture =
          Optional.of(
              new SourceState(
                  Instant.EPOCH,
                  Map.of(
                      "system-identifier", system,
                      "timeline", "1",
                      "stop-lsn", "0/1000000",
                      "wal-segment-size", "1048576")));
      try (Following following = new Following(source(stranger), archive)) {
        following.await(position);
      }
    }
  }

  @Test
  void commitsThatWaitForTheFollowerAreDurableInItWhenTheyReturn() throws Exception {
    ContinuousSource source =
        source(server, new WalOptions(SLOT, WalOptions.Mode.SYNCHRONOUS, Duration.ofSeconds(60)));
    try (Following following = new Following(source, archive)) {
      following.until("begun", () -> following.follower.received().isPresent());
      following.cutting(false);
      server.execute(
          "alter system set synchronous_standby_names = '" + SLOT + "'", "select pg_reload_conf()");
      following.until(
          "synchronous",
          () -> server.value("select sync_state from pg_stat_replication").equals("sync"));
      for (int i = 0; i < 20; i++) {
        String lsn =
            server.value(
                "insert into events (note) values ('x') returning pg_current_wal_insert_lsn()");
        assertThat(following.follower.durable().orElseThrow().offset())
            .isGreaterThan(Lsn.parse(lsn).value());
      }
    }
    // A server that waits would otherwise not stop.
    server.crash();
  }

  @Test
  void aFollowerThatNobodyNamedDoesNotHoldCommitsUp() throws Exception {
    server.execute("alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
    try (Following following = new Following(source(server), archive)) {
      following.until(
          "connected", () -> server.value("select count(*) from pg_stat_replication").equals("1"));
      long begin = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        server.execute("insert into events (note) values ('x')");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
      assertThat(following.failures).isEmpty();
    }
    server.execute(
        "set synchronous_commit = off",
        "alter system reset synchronous_standby_names",
        "select pg_reload_conf()");
  }

  @Test
  void remoteApplyWouldWaitForEverAndIsRefused() throws Exception {
    server.execute(
        "alter system set synchronous_standby_names = '*'",
        "alter system set synchronous_commit = remote_apply",
        "select pg_reload_conf()");
    try (Following following = new Following(source(server), archive)) {
      following.awaitFailure("remote_apply");
      assertThat(following.failures).singleElement().isInstanceOf(BackupException.class);
    }
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() throws Exception {
    WalOptions options = new WalOptions(SLOT, WalOptions.Mode.ASYNCHRONOUS, Duration.ofSeconds(2));
    try (Following following = new Following(source(server, options), archive)) {
      write();
      following.await(position(server));
      String pid = server.value("select pid from pg_stat_replication");
      Oracles.run("kill", "-STOP", pid).orFail();
      following.awaitFailure("has been silent for");
      Oracles.run("kill", "-CONT", pid).orFail();
      write();
      following.await(position(server));
    }
  }

  @Test
  void anOlderCopyOfTheClusterIsRefused() throws Exception {
    server.stop();
    Path copy = folder.resolve("copy");
    Oracles.run("cp", "-a", server.dataDirectory().toString(), copy.toString()).orFail();
    server.startAgain();
    StreamPosition last;
    try (Following following = new Following(source(server), archive)) {
      write();
      write();
      last = position(server);
      following.await(last);
    }
    server.stop();
    try (PgServer older = PgServer.start(copy, 17);
        Following following = new Following(source(older), archive)) {
      following.awaitFailure("is older than its archive");
      assertThat(following.failures).singleElement().isInstanceOf(BackupException.class);
    }
  }
}
