package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Archiving, recovery points and the moments that a restore goes to, on the command line. */
class ArchivingCommandsTest {
  private static final Instant AT = Instant.parse("2024-01-15T14:30:00.123Z");
  private static final RecoveryPoint POINT =
      new RecoveryPoint(
          AT,
          Optional.of("end-of-day"),
          Duration.ofMillis(3),
          Map.of(
              "postgres", new RecoveryPoint.Sample("7431/00000001", 83886184, 83886184),
              "redis", new RecoveryPoint.Sample("8d2c", 100, 107)));
  private static final ArchivingStatus STATUS =
      new ArchivingStatus(
          AT.plusSeconds(2),
          List.of(
              new ArchivingStatus.SourceStatus(
                  "postgres",
                  ArchivingStatus.Activity.FOLLOWING,
                  "0/5000128 of timeline 1",
                  "0/5000128 of timeline 1",
                  "0/5000000 of timeline 1",
                  OptionalLong.of(0))),
          List.of(
              new ArchivingStatus.DestinationStatus(
                  "far", 3, 2048, Duration.ofSeconds(7), Optional.of("is unreachable"))),
          4096,
          Optional.of(POINT),
          Optional.of("WAL is missing"),
          List.of(Finding.error("postgres", "a slot is lost", "take a full backup")));

  @TempDir Path folder;
  private Path config;

  @BeforeEach
  void configure() throws IOException {
    config =
        Files.writeString(
            folder.resolve("backup.yaml"),
            """
            name: trading-engine
            sources: [{type: files, paths: [/srv]}]
            encryption: {type: none}
            destinations: [{type: local, path: repository}]
            """);
  }

  @Test
  void archiveSaysHowItStandsUntilItIsStoppedAndThenEndsWell() throws Exception {
    Handle handle = new Handle();
    ScriptedManager manager = ScriptedManager.empty().archiving(() -> handle);

    Run run = stopped(handle, manager, "archive", "--status-every", "100ms");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            "2024-01-15T14:30:02Z  postgres following 0/5000128 of timeline 1, 0 B behind",
            "far 2.0 KiB to go, 7.0 s late (FAILING: is unreachable)",
            "spool 4.0 KiB  point 2.0 s ago  FULL BACKUP DUE: WAL is missing  ALARMS: 1");
    assertThat(run.err()).contains("Archiving has begun", "Stopped");
    assertThat(handle.closed).isTrue();
    assertThat(handle.disturbed).as("closed by an interrupted thread").isFalse();
    assertThat(manager.asked()).containsExactly("close");
  }

  @Test
  void archiveSaysItAsOneDocumentALine() throws Exception {
    Handle handle = new Handle();
    ScriptedManager manager = ScriptedManager.empty().archiving(() -> handle);

    Run run = stopped(handle, manager, "archive", "--status-every", "100ms", "--json");

    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSizeGreaterThanOrEqualTo(2);
    JsonNode status = new JsonMapper().readTree(lines.get(0));
    assertThat(status.path("exposureMillis").asLong()).isEqualTo(2000);
    assertThat(status.path("lastPoint").path("name").asText()).isEqualTo("end-of-day");
    assertThat(status.path("sources").path(0).path("activity").asText()).isEqualTo("following");
    assertThat(status.path("sources").path(0).path("behindBytes").asLong(-1)).isZero();
    assertThat(status.path("destinations").path(0).path("lagMillis").asLong()).isEqualTo(7000);
    assertThat(status.path("findings").path(0).path("severity").asText()).isEqualTo("error");
  }

  /** Stops the command, as a signal would, once it has said twice how it stands. */
  private Run stopped(Handle handle, ScriptedManager manager, String... args)
      throws InterruptedException {
    AtomicReference<Run> run = new AtomicReference<>();
    Thread command = new Thread(() -> run.set(Run.with(manager, config, args)), "command");
    command.start();
    handle.awaitAsked(3);
    command.interrupt();
    command.join(10_000);
    return run.get();
  }

  private static final class Handle implements Archiving {
    private int asked;
    private boolean closed;
    private boolean disturbed;

    @Override
    public synchronized ArchivingStatus status() {
      asked++;
      notifyAll();
      return STATUS;
    }

    synchronized void awaitAsked(int times) throws InterruptedException {
      while (asked < times) {
        wait(10_000);
      }
    }

    @Override
    public synchronized void close() {
      closed = true;
      disturbed = Thread.currentThread().isInterrupted();
    }
  }

  @Test
  void archiveThatCannotBeginHasFailed() {
    Run run = Run.with(ScriptedManager.empty(), config, "archive");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("ERROR: The configuration does not say how to archive");
  }

  @ParameterizedTest
  @CsvSource({"soon,not a duration: 'soon'", "1ms,--status-every is too short"})
  void aSillyIntervalIsWrongUse(String interval, String said) {
    Run run = Run.with(ScriptedManager.empty(), config, "archive", "--status-every", interval);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(said);
  }

  @Test
  void listShowsTheRecoveryPointsOfTheTimeAskedFor() throws IOException {
    ScriptedManager manager = ScriptedManager.empty().with(List.of(POINT));
    String[] args = {"list", "--points", "--until", "2024-01-16T01:00:00+01:00"};

    Run run = Run.with(manager, config, args);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("2024-01-15T14:30:00.123Z +end-of-day +within 3 ms +postgres,redis");
    assertThat(manager.asked())
        .containsExactly("points 2024-01-15T00:00:00Z to 2024-01-16T00:00:00Z", "close");
    Run json = Run.with(manager, config, "list", "--points", "--json");
    JsonNode point = new JsonMapper().readTree(json.out()).path("points").path(0);
    assertThat(point.path("exact").asBoolean(true)).isFalse();
    assertThat(point.path("sources").path("redis").path("last").asLong()).isEqualTo(107);
  }

  @Test
  void listSaysThatThereAreNoPoints() {
    assertThat(Run.with(ScriptedManager.empty(), config, "list", "--points").out())
        .contains("There is no recovery point of that time");
  }

  @ParameterizedTest
  @CsvSource({
    "list --since 2024-01-15T14:30:00Z,--points",
    "list --points --since 2024-01-15T14:30:00,has no offset from UTC: write 2024-01-15T14:30:00Z",
    "list --points --since 2024-01-16T00:00Z --until 2024-01-15T00:00Z,--since is after --until",
    "restore --time 2024-01-15T14:30:00,such as 2024-01-15T14:30:00+01:00",
    "restore --time noon,not a time: 'noon' (expected something like 2024-01-15T14:30:00Z",
    "restore --time 2024-01-15T14:30Z --point x,mutually exclusive",
    "restore --lsn here,not an LSN: 'here'",
    "restore --xid many,not a transaction id: 'many'",
    "restore --timeline 0,not a timeline: '0'",
    "restore --backup-only --pause,--pause says nothing about a backup as it is",
    "restore full-20240115-020000 --timeline 2,--timeline says nothing about a backup as it is",
    "wal-push,PATH"
  })
  void whatCannotBeMeantIsWrongUse(String command, String said) {
    Run run = Run.with(ScriptedManager.empty(), config, command.split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(said);
  }

  /** Each says itself which moment it looked for. */
  @ParameterizedTest
  @CsvSource({
    "restore --time 2024-01-15T14:30:00Z,There is no recovery point at or before"
        + " 2024-01-15T14:30:00Z",
    "restore --time '2024-01-15 14:30+01:00',There is no recovery point at or before"
        + " 2024-01-15T13:30:00Z",
    "restore --point end-of-day,There is no recovery point 'end-of-day'",
    "restore --xid 731,only PostgreSQL knows transactions",
    "restore --name before-upgrade,only PostgreSQL knows transactions",
    "restore --lsn 16/3002D50,An LSN is a position of one PostgreSQL server",
    "restore --backup-only,no backup",
    "restore,no backup"
  })
  void theMomentIsTheOneAskedFor(String command, String said) {
    Run run = Run.with(ScriptedManager.empty(), config, words(command));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(said);
  }

  /** A backquote-free shell: quotes keep a word together. */
  private static String[] words(String line) {
    return java.util.regex.Pattern.compile("'([^']*)'|\\S+")
        .matcher(line)
        .results()
        .map(each -> each.group(1) == null ? each.group() : each.group(1))
        .toArray(String[]::new);
  }

  @Test
  void walPushSucceedsThoughABestEffortDestinationFails() {
    Finding warning = Finding.warning("far", "did not take it", "");
    ScriptedManager manager = ScriptedManager.empty().warning(List.of(warning));

    Run run = Run.with(manager, config, "wal-push", "pg_wal/000000010000000000000003");
    Run named = Run.with(manager, config, "wal-push", "--source", "shard-2", "pg_wal/x");

    assertThat(run.code()).isZero();
    assertThat(run.err()).contains("WARNING: far: did not take it");
    assertThat(run.out()).isEmpty();
    assertThat(named.code()).isZero();
    assertThat(manager.asked())
        .containsExactly(
            "push pg_wal/000000010000000000000003", "close", "push pg_wal/x of shard-2", "close");
  }

  /** PostgreSQL takes 1 to 125 for the end of the log, and opens. */
  @ParameterizedTest
  @CsvSource({
    "wal-fetch",
    "wal-fetch 000000010000000000000003",
    "wal-fetch 000000010000000000000003 here --fast",
    "--fast wal-fetch 000000010000000000000003 here",
    "wal-fetch 000000010000000000000003 here",
    "-c nowhere.yaml wal-fetch 000000010000000000000003 here"
  })
  void aWalFetchThatDidNotWorkIsNeverTakenForTheEndOfTheLog(String command) {
    Run run = Run.with(ScriptedManager.empty(), config, command.split(" "));

    assertThat(run.code()).isEqualTo(126);
    assertThat(run.err()).contains("ERROR: ");
  }

  @Test
  void aWalFetchOfWhatIsNotArchivedIsQuiet() throws IOException {
    Files.writeString(
        config,
        Files.readString(config)
            .replace("{type: files, paths: [/srv]}", "{type: postgres, host: localhost}"));

    Run run =
        Run.with(
            ScriptedManager.empty(),
            config,
            "wal-fetch",
            "000000010000000000000003",
            folder.resolve("there").toString());

    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.out() + run.err()).isEmpty();
  }

  @Test
  void aStatusWithoutAnythingYetIsALine() {
    ArchivingStatus fresh =
        new ArchivingStatus(
            AT,
            List.of(
                new ArchivingStatus.SourceStatus(
                    "redis",
                    ArchivingStatus.Activity.CONNECTING,
                    "",
                    "",
                    "",
                    OptionalLong.empty())),
            List.of(
                new ArchivingStatus.DestinationStatus(
                    "local", 0, 0, Duration.ZERO, Optional.empty())),
            0,
            Optional.empty(),
            Optional.empty(),
            List.of());

    assertThat(ArchivingText.line(fresh))
        .isEqualTo(
            "2024-01-15T14:30:00Z  redis connecting  local has all  spool 0 B  point none yet");
    assertThat(Json.line(ArchivingJson.status(fresh)))
        .contains("\"lastPoint\":null", "\"exposureMillis\":null", "\"behindBytes\":null");
  }

  @Test
  void aManagerThatFailsToBeginIsClosed() {
    ScriptedManager manager =
        ScriptedManager.empty()
            .archiving(
                () -> {
                  throw new BackupException("The spool belongs to another");
                });

    assertThat(Run.with(manager, config, "archive").code()).isEqualTo(1);
    assertThat(manager.asked()).containsExactly("close");
  }
}
