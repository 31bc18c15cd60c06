package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.ArchivingStatus.Activity;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.ServerStart;
import io.tradingengine.backup.StartedServer;
import io.tradingengine.backup.core.support.CuttingProxy;
import io.tradingengine.backup.core.support.NonRoot;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** PostgreSQL's log archived, and restored to moments in it. */
@Timeout(180)
class PostgresArchivingIT {
  private static final String SMALL_SEGMENTS = "--wal-segsize=1";

  private static final String TRADES =
      "SELECT count(*) || ' ' || md5(string_agg(id || note, ',' ORDER BY id)) FROM trade";

  /** The version whose pg_basebackup is at hand, for standbys. */
  private static final int MAJOR = 15;

  @TempDir Path folder;
  private TestSystem system;

  private BackupConfig config(Postgres postgres) {
    if (system == null) {
      system = new TestSystem(folder);
    }
    return system
        .base()
        .source(postgres)
        .archiving(
            ArchivingOptions.spool(folder.resolve("spool"))
                .shipEvery(Duration.ofMillis(300))
                .pointEvery(Duration.ofMillis(300)))
        .build();
  }

  private static Postgres at(int port) {
    return Postgres.at("127.0.0.1", port)
        .user(PgServer.USER)
        .password(Secret.of(PgServer.PASSWORD));
  }

  private BackupManager manager(PgServer server) {
    return BackupManager.create(config(at(server.port())));
  }

  private static PgServer small(int major) {
    return PgServer.of(major).initdb(SMALL_SEGMENTS).start();
  }

  private static void insert(PgServer server, int rows) {
    server.execute(
        "CREATE TABLE IF NOT EXISTS trade (id bigserial PRIMARY KEY, note text)",
        "INSERT INTO trade (note) SELECT repeat(md5(i::text), 10) FROM generate_series(1, "
            + rows
            + ") i");
  }

  private static String trades(PgServer server) {
    return server.value(TRADES);
  }

  private RestorePlan plan(RestoreRequest request) {
    try (RestoreManager manager = RestoreManager.create(config(at(1)))) {
      return manager.plan(request);
    }
  }

  private Path restore(RestoreRequest request) throws IOException {
    Path into = Files.createTempDirectory(folder, "back");
    try (RestoreManager manager = RestoreManager.create(config(at(1)))) {
      RestorePlan plan = manager.plan(request.into(into));
      assertThat(plan.obstacles()).isEmpty();
      RestoreReport report = manager.execute(plan);
      assertThat(report.sources()).hasSize(1);
    }
    return into.resolve("postgres");
  }

  private String restored(int major, RestoreRequest request) throws IOException {
    try (PgServer server = PgServer.start(restore(request), major)) {
      awaitOpen(server);
      assertThat(server.dataDirectory().resolve("pg_wal/backup_recovery")).doesNotExist();
      return trades(server);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static void awaitOpen(PgServer server) {
    try {
      await("recovery ends", () -> server.value("SELECT pg_is_in_recovery()").equals("f"));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitFollowing(Archiving archiving) throws InterruptedException {
    try {
      await(
          "it is followed",
          () -> archiving.status().sources().get(0).activity() == Activity.FOLLOWING);
    } catch (AssertionError e) {
      throw new AssertionError(archiving.status().toString(), e);
    }
  }

  @ParameterizedTest
  @FieldSource("io.tradingengine.backup.core.support.PgServer#MAJORS")
  void aServerIsRestoredToMomentsWithinAndAtTheEndOfItsLog(int major) throws Exception {
    String inTheMiddle;
    String atTheEnd;
    RecoveryPoint first;
    try (PgServer server = small(major);
        BackupManager manager = manager(server);
        Archiving archiving = manager.startArchiving()) {
      insert(server, 1000);
      manager.createFullBackup();
      insert(server, 5000);
      first = manager.markRecoveryPoint("in the middle");
      inTheMiddle = trades(server);
      insert(server, 20_000);
      manager.markRecoveryPoint("at the end");
      atTheEnd = trades(server);
      assertThat(archiving.status().findings()).isEmpty();
      assertThat(archiving.status().sources().get(0).shipped()).contains(" on timeline 1");
    }
    assertThat(restored(major, RestoreRequest.latest().atPoint("in the middle")))
        .isEqualTo(inTheMiddle);
    assertThat(restored(major, RestoreRequest.latest().at(first.at()))).isEqualTo(inTheMiddle);
    assertThat(restored(major, RestoreRequest.latest().atPoint("at the end"))).isEqualTo(atTheEnd);
    assertThat(restored(major, RestoreRequest.latest())).isEqualTo(atTheEnd);
    Lsn lsn = new Lsn(first.sources().get("postgres").first());
    assertThat(restored(major, RestoreRequest.latest().at(lsn))).isEqualTo(inTheMiddle);
  }

  @Test
  void archivingGoesOnAfterCrashesRestartsAndASlotThatWasDropped() throws Exception {
    String expected;
    try (PgServer server = small(17);
        BackupManager manager = manager(server)) {
      try (Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        insert(server, 3000);
        awaitFollowing(archiving);
        server.crash();
        server.startAgain();
        insert(server, 3000);
        awaitFollowing(archiving);
        server.restart();
        insert(server, 3000);
        manager.markRecoveryPoint("after restarts");
      }
      // Nobody follows: the server keeps its log for us.
      insert(server, 5000);
      server.execute("CHECKPOINT");
      try (Archiving archiving = manager.startArchiving()) {
        awaitFollowing(archiving);
        insert(server, 100);
        server.execute(
            "DO $$ BEGIN LOOP BEGIN"
                + " PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots;"
                + " PERFORM pg_drop_replication_slot('backup_postgres'); EXIT;"
                + " EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.01); END; END LOOP; END $$");
        insert(server, 100);
        awaitFollowing(archiving);
        manager.markRecoveryPoint("after the slot");
        expected = trades(server);
        assertThat(archiving.status().fullBackupDue()).isEmpty();
      }
    }
    assertThat(restored(17, RestoreRequest.latest().atPoint("after the slot"))).isEqualTo(expected);
  }

  @Test
  void aGapIsAnAlarmAndNamedByThePlanAndANewBackupGoesOn() throws Exception {
    String before;
    String after;
    RecoveryPoint between;
    try (PgServer server = small(17);
        BackupManager manager = manager(server)) {
      try (Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        insert(server, 3000);
        manager.markRecoveryPoint("before");
        before = trades(server);
        assertThat(archiving.status().fullBackupDue()).isEmpty();
      }
      server.execute("SELECT pg_drop_replication_slot('backup_postgres')");
      for (int i = 0; i < 5; i++) {
        insert(server, 5000);
        server.execute("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
      }
      server.execute("ALTER SYSTEM SET wal_keep_size = 0", "SELECT pg_reload_conf()");
      try (Archiving archiving = manager.startArchiving()) {
        await("the alarm", () -> archiving.status().fullBackupDue().isPresent());
        awaitFollowing(archiving);
        assertThat(archiving.status().findings())
            .anyMatch(
                each ->
                    each.severity() == Finding.Severity.ERROR
                        && each.message().contains("is lost: the server had removed it"));
        between = manager.markRecoveryPoint("between");
        manager.createFullBackup();
        insert(server, 10);
        manager.markRecoveryPoint("after");
        after = trades(server);
      }
    }
    assertThat(restored(17, RestoreRequest.latest().atPoint("before"))).isEqualTo(before);
    assertThat(restored(17, RestoreRequest.latest().atPoint("after"))).isEqualTo(after);
    assertThat(
            plan(RestoreRequest.latest().atPoint("between").into(folder.resolve("no"))).obstacles())
        .anyMatch(each -> each.message().contains("the archived log has a gap: it ends at"));
    assertThat(between.name()).contains("between");
  }

  @Test
  void archivingFollowsAPromotedStandbyAndRestoresCrossTimelines() throws Exception {
    String onFirst;
    String onSecond;
    String third;
    PgServer primary = small(MAJOR);
    try (CuttingProxy proxy = new CuttingProxy(primary.port())) {
      Path copy = Files.createTempDirectory("standby");
      NonRoot.own(copy);
      Oracles.require("pg_basebackup");
      try (BackupManager manager = BackupManager.create(config(at(proxy.port())));
          Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        insert(primary, 2000);
        manager.markRecoveryPoint("on the first");
        onFirst = trades(primary);
        PgServer standby = standbyOf(primary, copy);
        insert(primary, 2000);
        String all = trades(primary);
        await("the standby has it", () -> trades(standby).equals(all));
        primary.close();
        standby.execute("SELECT pg_promote()");
        proxy.retarget(standby.port());
        proxy.cutNow();
        insert(standby, 2000);
        awaitFollowing(archiving);
        manager.markRecoveryPoint("on the second");
        onSecond = trades(standby);
        assertThat(archiving.status().fullBackupDue()).isEmpty();
        standby.close();
      }
      assertThat(restored(MAJOR, RestoreRequest.latest().atPoint("on the first")))
          .isEqualTo(onFirst);
      // The restored server goes on under the same name: a third timeline.
      Path data = restore(RestoreRequest.latest().atPoint("on the second"));
      Files.writeString(
          data.resolve("pg_hba.conf"),
          "host replication all 127.0.0.1/32 scram-sha-256\n",
          StandardOpenOption.APPEND);
      try (PgServer restored = PgServer.start(data, MAJOR)) {
        awaitOpen(restored);
        assertThat(trades(restored)).isEqualTo(onSecond);
        proxy.retarget(restored.port());
        try (BackupManager manager = BackupManager.create(config(at(proxy.port())));
            Archiving archiving = manager.startArchiving()) {
          insert(restored, 500);
          awaitFollowing(archiving);
          assertThat(archiving.status().findings()).isEmpty();
          RecoveryPoint point = manager.markRecoveryPoint("on the third");
          assertThat(point.sources().get("postgres").stream()).endsWith("/00000003");
          third = trades(restored);
          assertThat(archiving.status().findings()).isEmpty();
        }
      }
    }
    assertThat(restored(MAJOR, RestoreRequest.latest().atPoint("on the third"))).isEqualTo(third);
    assertThat(restored(MAJOR, RestoreRequest.latest().atPoint("on the second")))
        .isEqualTo(onSecond);
  }

  private static PgServer standbyOf(PgServer primary, Path data) throws IOException {
    Oracles.command(
            "pg_basebackup",
            "--pgdata=" + data,
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf",
            "--host=" + primary.host(),
            "--port=" + primary.port(),
            "--username=" + PgServer.USER)
        .environment("PGPASSWORD", PgServer.PASSWORD)
        .run()
        .orFail();
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s'\n"
            .formatted(primary.port(), PgServer.USER, PgServer.PASSWORD));
    return PgServer.of(primary.major()).standby().start(data);
  }

  @Test
  void aSegmentThatIsGoneInTheMiddleStopsRecoveryAndNeverOpensTheServer() throws Exception {
    try (PgServer server = small(17);
        BackupManager manager = manager(server);
        Archiving archiving = manager.startArchiving()) {
      manager.createFullBackup();
      insert(server, 30_000);
      manager.markRecoveryPoint("end");
      assertThat(archiving.status().findings()).isEmpty();
    }
    Path data = restore(RestoreRequest.latest());
    List<Path> segments;
    try (Stream<Path> files = Files.list(data.resolve("pg_wal/backup_recovery"))) {
      segments =
          files.filter(each -> each.getFileName().toString().length() == 24).sorted().toList();
    }
    assertThat(segments.size()).isGreaterThan(4);
    Path gone = segments.get(segments.size() / 2);
    Files.delete(gone);
    String message = gone.getFileName() + " was fetched for this recovery and is gone";
    try (PgServer server = PgServer.start(data, 17)) {
      await("it stops", () -> server.log().contains(message) && !isUp(server));
      assertThat(server.log()).doesNotContain("archive recovery complete");
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining(message);
    }
  }

  private static boolean isUp(PgServer server) {
    try {
      return server.value("SELECT 1").equals("1");
    } catch (IllegalStateException e) {
      return false;
    }
  }

  @Test
  void theRestoredServerIsStartedFollowedAndReportedOpenOrPaused() throws Exception {
    String expected;
    try (PgServer server = small(17);
        BackupManager manager = manager(server);
        Archiving archiving = manager.startArchiving()) {
      manager.createFullBackup();
      insert(server, 10_000);
      manager.markRecoveryPoint("middle");
      expected = trades(server);
      insert(server, 10_000);
      manager.markRecoveryPoint("end");
      assertThat(archiving.status().findings()).isEmpty();
    }
    for (String point : List.of("middle", "end")) {
      for (boolean paused : List.of(false, true)) {
        RestoreRequest request = RestoreRequest.latest().atPoint(point);
        StartedServer.State state = started(paused ? request.paused() : request, point, expected);
        assertThat(state)
            .as(point)
            .isEqualTo(paused ? StartedServer.State.PAUSED : StartedServer.State.OPEN);
      }
    }
  }

  private StartedServer.State started(RestoreRequest request, String point, String expected)
      throws Exception {
    Path home = Files.createTempDirectory("restored-server");
    Path data = restore(request);
    Path place = home.resolve("data");
    Files.move(data, place);
    NonRoot.giveAway(home);
    int port = freePort();
    try (RestoreManager manager = RestoreManager.create(config(at(1)))) {
      StartedServer started =
          manager.start(
              ServerStart.of("postgres", PgServer.bin(17), place)
                  .port(port)
                  .within(Duration.ofSeconds(60)));
      try {
        if (point.equals("middle")) {
          assertThat(tradesAt(port)).isEqualTo(expected);
        }
        if (started.state() == StartedServer.State.PAUSED) {
          execute(port, "SELECT pg_promote()");
          execute(port, "INSERT INTO trade (note) VALUES ('it is open')");
        }
        return started.state();
      } finally {
        Oracles.run("kill", "-QUIT", Long.toString(started.pid())).orFail();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void execute(int port, String sql) throws SQLException {
    try (Connection connection = connect(port);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(int port) throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", PgServer.USER);
    login.setProperty("password", PgServer.PASSWORD);
    return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", login);
  }

  private static String tradesAt(int port) throws SQLException {
    try (Connection connection = connect(port);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(TRADES)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void whatIsDamagedOrMissingIsNamedByThePlan() throws Exception {
    try (PgServer server = small(17);
        BackupManager manager = manager(server);
        Archiving archiving = manager.startArchiving()) {
      manager.createFullBackup();
      insert(server, 30_000);
      manager.markRecoveryPoint("end");
      assertThat(archiving.status().findings()).isEmpty();
    }
    List<Path> segments =
        system.objects().stream()
            .filter(each -> each.toString().matches(".*/[0-9A-F]{24}\\.[0-9a-f]{32}\\.zst\\.gpg"))
            .toList();
    Path damaged = segments.get(segments.size() - 2);
    byte[] bytes = Files.readAllBytes(damaged);
    byte[] flipped = bytes.clone();
    flipped[bytes.length / 2] ^= 1;
    Files.write(damaged, flipped);
    RestoreRequest request = RestoreRequest.latest().into(folder.resolve("no"));
    String name = damaged.getFileName().toString().substring(0, 24);
    assertThat(plan(request).obstacles())
        .anyMatch(each -> each.toString().contains(name) && each.toString().contains("whole"));
    Files.write(damaged, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(plan(request).obstacles()).anyMatch(each -> each.toString().contains(name));
    Files.delete(damaged);
    assertThat(plan(request).obstacles()).anyMatch(each -> each.toString().contains(name));
    Files.write(damaged, bytes);
    assertThat(plan(request).obstacles()).isEmpty();
  }

  @Test
  void aSecondArchiverAndAnotherClusterAreKeptOut() throws Exception {
    try (PgServer server = small(17);
        PgServer other = small(17);
        CuttingProxy proxy = new CuttingProxy(server.port());
        BackupManager manager = BackupManager.create(config(at(proxy.port())));
        BackupManager second =
            BackupManager.create(
                system
                    .base()
                    .source(at(server.port()))
                    .archiving(ArchivingOptions.spool(folder.resolve("second")))
                    .build())) {
      try (Archiving archiving = manager.startArchiving()) {
        manager.createFullBackup();
        awaitFollowing(archiving);
        try (Archiving late = second.startArchiving()) {
          await(
              "the second is told",
              () ->
                  late.status().findings().stream()
                      .anyMatch(each -> each.message().contains("somebody else follows the slot")));
        }
        manager.markRecoveryPoint("still");
      }
      proxy.retarget(other.port());
      try (Archiving archiving = manager.startArchiving()) {
        await(
            "the other cluster is refused",
            () -> archiving.status().sources().get(0).activity() == Activity.STOPPED);
        assertThat(archiving.status().findings())
            .anyMatch(each -> each.message().contains("the newest backup is of the cluster"));
      }
    }
  }

  @Test
  void aTimeBeforeAnyPointAndAnUnknownNameAreRefusedWithWhatThereIs() throws Exception {
    try (PgServer server = small(17);
        BackupManager manager = manager(server);
        Archiving archiving = manager.startArchiving()) {
      manager.createFullBackup();
      insert(server, 10);
      manager.markRecoveryPoint("known");
      assertThat(archiving.status().lastPoint()).isPresent();
    }
    assertThatThrownBy(() -> plan(RestoreRequest.latest().atPoint("unknown")))
        .hasMessageContaining("There is no recovery point 'unknown'")
        .hasMessageContaining("the last ones are known");
    RestorePlan early =
        plan(RestoreRequest.latest().at(Instant.EPOCH).into(folder.resolve("early")));
    assertThat(early.point()).isEmpty();
  }
}
