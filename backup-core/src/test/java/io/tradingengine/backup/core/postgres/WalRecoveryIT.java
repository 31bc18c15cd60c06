package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.core.support.NoThreadLeft;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.StreamPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Archives a server's WAL, and restores to positions in it. */
@ExtendWith(NoThreadLeft.class)
class WalRecoveryIT {
  static final List<Integer> MAJORS = PgServer.MAJORS;
  private static final String DATA = "select string_agg(note, ',' order by id) from events";

  @TempDir Path folder;
  private PgServer production;
  private ContinuousSource source;
  private ArchiveFolder archive;
  private TarCaptured captured;

  private void start(int major) throws Exception {
    production = PgServer.of(major).initdb("--wal-segsize=1").start();
    production.execute("create table events (id serial primary key, note text)");
    archive = new ArchiveFolder(folder.resolve("archive"));
    source = source(production);
    captured = backUp(source, "artifacts");
  }

  @AfterEach
  void stop() {
    if (production != null) {
      production.close();
    }
  }

  static ContinuousSource source(PgServer server) {
    return (ContinuousSource)
        new PostgresSourceProvider().open("postgres", PostgresCaptureIT.settings(server));
  }

  private TarCaptured backUp(ContinuousSource from, String name) throws Exception {
    FolderSink sink = new FolderSink(Files.createDirectories(folder.resolve(name)));
    SourceState state = from.capture(sink);
    archive.capture = Optional.of(state);
    return TarCaptured.of(sink, state);
  }

  private static void event(PgServer server, String note) {
    server.execute("insert into events (note) values ('" + note + "')");
  }

  private static StreamPosition position(ContinuousSource source) throws Exception {
    try (ContinuousSource.PositionSampler sampler = source.sampler()) {
      return sampler.sample();
    }
  }

  private Replay replay(Goal goal) {
    return new Replay(goal, OptionalLong.empty(), Replay.Afterwards.OPEN, archive);
  }

  private Restored restore(TarCaptured from, Replay replay, Path data) throws Exception {
    RestoreTask task =
        new RestoreTask(from, Optional.of(replay), Optional.of(data), Map.of(), false, bytes -> {});
    try (StagedRestore staged = source.stage(task)) {
      staged.publish();
      return staged.finish();
    }
  }

  /** A server counts as ready once it can be read, which may be long before its goal. */
  private static void awaitOpen(PgServer server) throws InterruptedException {
    for (int i = 0; i < 500 && server.value("select pg_is_in_recovery()").equals("t"); i++) {
      Thread.sleep(20);
    }
    assertThat(server.value("select pg_is_in_recovery()")).as(server.log()).isEqualTo("f");
  }

  private String restored(Goal goal, String name) throws Exception {
    Path data = folder.resolve(name);
    restore(captured, replay(goal), data);
    try (PgServer server = PgServer.start(data, production.major())) {
      awaitOpen(server);
      assertThat(data.resolve("pg_wal/backup_recovery")).doesNotExist();
      return server.value(DATA);
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void positionsInTheMiddleAndAtTheEndOfTheArchiveAreRestored(int major) throws Exception {
    start(major);
    StreamPosition first;
    StreamPosition last;
    try (Following following = new Following(source, archive)) {
      event(production, "a");
      first = position(source);
      event(production, "b");
      production.execute("select pg_switch_wal()");
      event(production, "c");
      production.execute(
          "create table filler as select repeat('x', 1000) from generate_series(1, 3000)");
      event(production, "d");
      last = position(source);
      following.await(last);
      assertThat(following.failures).isEmpty();
      assertThat(archive.reported).isEmpty();
      assertThat(following.follower.durable()).contains(last);
    }
    assertThat(restored(new Goal.At(first), "first")).isEqualTo("a");
    assertThat(restored(new Goal.At(last), "last")).isEqualTo("a,b,c,d");
    assertThat(restored(new Goal.End(), "end")).isEqualTo("a,b,c,d");
    try (Stream<Path> left = Files.walk(archive.folder())) {
      assertThat(left.filter(Files::isRegularFile).map(p -> p.getFileName().toString()))
          .allMatch(name -> name.equals("segment-size") || name.endsWith(".partial"));
    }
  }

  @Test
  void aRecoveryEndsWithoutOpeningWhereAPlannedSegmentIsMissing() throws Exception {
    start(17);
    StreamPosition last;
    try (Following following = new Following(source, archive)) {
      for (int i = 0; i < 4; i++) {
        event(production, "e" + i);
        production.execute("select pg_switch_wal()");
      }
      event(production, "last");
      last = position(source);
      following.await(last);
    }
    Path data = folder.resolve("holed");
    restore(captured, replay(new Goal.End()), data);
    List<String> planned = Files.readAllLines(data.resolve("pg_wal/backup_recovery/PLANNED"));
    Path missing = data.resolve("pg_wal/backup_recovery").resolve(planned.get(planned.size() / 2));
    Files.delete(missing);
    assertThat(logOfFailedStart(data))
        .contains(missing.getFileName() + " was fetched for this recovery and is gone");
    assertThat(data.resolve("pg_wal/00000002.history")).doesNotExist();
    assertThat(data.resolve("recovery.signal")).exists();

    Files.delete(archive.file(archive.names().first()));
    Replay.Route route = source.route(captured.state(), replay(new Goal.End()));
    assertThat(route.open()).isFalse();
  }

  /** It may be readable for a moment before it ends. */
  private static String logOfFailedStart(Path data) throws InterruptedException {
    try (PgServer server = PgServer.start(data, 17)) {
      for (int i = 0; i < 500 && !server.log().contains("is shut down"); i++) {
        Thread.sleep(20);
      }
      return server.log();
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void aRestoredServerIsArchivedOnItsOwnTimelineAndRestoredAgainOnEither() throws Exception {
    start(17);
    StreamPosition first;
    StreamPosition last;
    try (Following following = new Following(source, archive)) {
      event(production, "a");
      first = position(source);
      event(production, "b");
      production.execute("select pg_switch_wal()");
      event(production, "c");
      last = position(source);
      following.await(last);
    }
    production.stop();
    Path data = folder.resolve("second");
    restore(captured, replay(new Goal.At(first)), data);
    admitReplication(data);
    StreamPosition other;
    try (PgServer second = PgServer.start(data, 17)) {
      awaitOpen(second);
      ContinuousSource again = source(second);
      try (Following following = new Following(again, archive)) {
        event(second, "x");
        other = position(again);
        following.await(other);
        assertThat(following.failures).isEmpty();
      }
    }
    assertThat(other.stream()).endsWith("/00000002");
    assertThat(restored(new Goal.At(other), "third")).isEqualTo("a,x");
    assertThat(restored(new Goal.End(), "newest")).isEqualTo("a,x");
    Path fourth = folder.resolve("fourth");
    restore(captured, replay(new Goal.At(last)), fourth);
    try (PgServer server = PgServer.start(fourth, 17)) {
      awaitOpen(server);
      assertThat(server.value(DATA)).isEqualTo("a,b,c");
      server.execute("checkpoint");
      assertThat(server.value("select timeline_id from pg_control_checkpoint()")).isEqualTo("3");
    }
  }

  private static void admitReplication(Path data) throws IOException {
    Files.writeString(
        data.resolve("pg_hba.conf"),
        "host replication all 127.0.0.1/32 scram-sha-256\n",
        StandardOpenOption.APPEND);
  }

  @Test
  void aPromotedStandbyIsFollowedToItsNewTimeline() throws Exception {
    start(17);
    Path data = folder.resolve("standby");
    RestoreTask task = new RestoreTask(captured, Optional.of(data), Map.of(), false, bytes -> {});
    try (StagedRestore staged = source.stage(task)) {
      staged.publish();
      staged.finish();
    }
    admitReplication(data);
    Files.createFile(data.resolve("standby.signal"));
    String primary =
        "host=127.0.0.1 port=%d user=postgres password=%s"
            .formatted(production.port(), PgServer.PASSWORD);
    try (PgServer standby =
        PgServer.of(17).setting("primary_conninfo", primary).standby().start(data)) {
      ContinuousSource from = source(standby);
      try (ContinuousSource.PositionSampler sampler = from.sampler()) {
        assertThatThrownBy(sampler::sample).hasMessageContaining("recovery is in progress");
      }
      try (Following following = new Following(from, archive)) {
        event(production, "a");
        following.await(position(source));
        standby.execute("select pg_promote()");
        awaitOpen(standby);
        event(standby, "b");
        StreamPosition last = position(from);
        following.await(last);
        assertThat(last.stream()).endsWith("/00000002");
        assertThat(following.failures).isEmpty();
        assertThat(archive.names()).anyMatch(name -> name.contains("/00000002.history."));
        assertThat(restored(new Goal.At(last), "promoted")).isEqualTo("a,b");
      }
    }
  }

  @Test
  void aRestoreThatPausesStaysReadableUntilItIsOpened() throws Exception {
    start(17);
    StreamPosition last;
    try (Following following = new Following(source, archive)) {
      event(production, "a");
      last = position(source);
      following.await(last);
    }
    Path data = folder.resolve("paused");
    Replay replay =
        new Replay(new Goal.At(last), OptionalLong.empty(), Replay.Afterwards.PAUSE, archive);
    Restored restored = restore(captured, replay, data);
    assertThat(restored.nextSteps()).anyMatch(step -> step.contains("SELECT pg_promote()"));
    try (PgServer server = PgServer.start(data, 17)) {
      for (int i = 0; i < 500 && !"a".equals(server.value(DATA)); i++) {
        Thread.sleep(20);
      }
      assertThat(server.value(DATA)).isEqualTo("a");
      assertThat(server.value("select pg_is_in_recovery()")).isEqualTo("t");
      server.execute("select pg_promote()");
      awaitOpen(server);
      assertThat(data.resolve("pg_wal/backup_recovery")).doesNotExist();
    }
  }

  @Test
  void namesTimesAndTransactionsAreTargetsOfTheServerItself() throws Exception {
    start(17);
    String transaction;
    Instant time;
    try (Following following = new Following(source, archive)) {
      event(production, "a");
      production.execute("select pg_create_restore_point('end-of-day')");
      transaction =
          production.value(
              "with t as (insert into events (note) values ('b') returning 1)"
                  + " select pg_current_xact_id()::xid from t");
      Thread.sleep(5);
      time = Instant.now();
      Thread.sleep(5);
      event(production, "c");
      following.await(position(source));
    }
    assertThat(restored(new Goal.Named("end-of-day"), "named")).isEqualTo("a");
    assertThat(restored(new Goal.Time(time), "timed")).isEqualTo("a,b");
    assertThat(restored(new Goal.Transaction(Long.parseLong(transaction)), "transaction"))
        .isEqualTo("a,b");
  }
}
