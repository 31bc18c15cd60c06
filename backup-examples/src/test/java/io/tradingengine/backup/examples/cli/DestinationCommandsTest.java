package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands ask of a manager, and what they make of its answers. */
class DestinationCommandsTest {
  private static final String OLD = "full-20240101-020000";
  private static final String NEW = "full-20240115-020000";
  private static final Finding LOCKED = Finding.warning("far", "is locked until 2024-02-01", "");
  private static final Finding FULL = Finding.error("far", "is full", "make room there");

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
            destinations:
              - {type: local, path: near, name: near}
              - {type: local, path: far, name: far}
            """);
  }

  @Test
  void replicateAsksForAllDestinationsByTheirListings() {
    ScriptedManager manager = manager();

    Run run = run(manager, "replicate");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("far now has " + NEW, "Complete: nothing is missing.");
    assertThat(manager.asked()).containsExactly("replicate all by LISTING", "close");
  }

  @Test
  void replicateAsksForWhatItIsTold() {
    ScriptedManager manager = manager();

    run(manager, "replicate", "--to", "far", "--to", "near", "--check-bytes");

    assertThat(manager.asked()).containsExactly("replicate far,near by BYTES", "close");
  }

  @Test
  void aDestinationThatStillLacksSomethingIsToldByCodeAndJson() throws IOException {
    ScriptedManager manager = manager(FULL);

    Run text = run(manager, "replicate");
    Run json = run(manager, "replicate", "--json");

    assertThat(text.code()).isEqualTo(3);
    assertThat(text.out()).contains("ERROR: far: is full", "Not complete everywhere");
    assertThat(json.code()).isEqualTo(3);
    assertThat(parse(json).path("complete").asBoolean(true)).isFalse();
  }

  @Test
  void aDryRunRemovesNothing() throws IOException {
    ScriptedManager manager = manager();

    Run text = run(manager, "expire", "--dry-run");
    Run json = run(manager, "expire", "--dry-run", "--json");

    assertThat(text.code()).isZero();
    assertThat(text.out())
        .containsPattern(OLD + " +EXPIRE .*no rule keeps it")
        .contains("Nothing was removed. To remove it, run it again without --dry-run.");
    assertThat(parse(json).path("executed").asBoolean(true)).isFalse();
    assertThat(manager.asked()).containsExactly("close", "close");
  }

  @Test
  void expireDoesWhatItsPlanSaysAndAsksNobody() throws IOException {
    ScriptedManager manager = manager();

    Run text = run(manager, "expire");
    Run json = run(manager, "expire", "--json");

    assertThat(text.code()).isZero();
    assertThat(text.out()).containsSubsequence("Plan      expire", "EXPIRE", "far removed " + OLD);
    assertThat(parse(json).path("executed").asBoolean()).isTrue();
    assertThat(manager.asked()).containsExactly("expire", "close", "expire", "close");
  }

  @Test
  void whatCannotBeRemovedNowIsAnOutcomeToLookAt() {
    Run run = run(manager(LOCKED), "expire");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).contains("WARNING: far: is locked until 2024-02-01");
  }

  @Test
  void pinAndUnpinNameTheBackupThatIsMeant() {
    ScriptedManager manager = manager();

    assertThat(run(manager, "pin", "latest", "--reason", " the audit ").out())
        .contains("Pinned " + NEW, "backup.jar unpin " + NEW);
    assertThat(run(manager, "pin", OLD, "--reason", "audit").code()).isZero();
    assertThat(run(manager, "unpin", OLD).out()).contains("Unpinned " + OLD);
    assertThat(manager.asked())
        .containsExactly(
            "pin " + NEW + " the audit",
            "close",
            "pin " + OLD + " audit",
            "close",
            "unpin " + OLD,
            "close");
  }

  @Test
  void listCanBeThatOfOneDestination() throws IOException {
    assertThat(run(manager(), "list").out()).contains(OLD, NEW);
    assertThat(run(manager(), "list", "--destination", "far").out())
        .contains(NEW)
        .doesNotContain(OLD);
    JsonNode far = parse(run(manager(), "list", "--destination", "far", "--json"));
    assertThat(far.path("backups").findValuesAsText("backupId")).containsExactly(NEW);
  }

  private static ScriptedManager manager(Finding... findings) {
    List<Finding> found = List.of(findings);
    BackupId old = BackupId.parse(OLD);
    return new ScriptedManager(
        List.of(backup(OLD, "near"), backup(NEW, "near", "far")),
        new ReplicationReport(
            List.of(
                new ReplicationReport.DestinationOutcome("near", List.of(), 0, 0, 0, List.of()),
                new ReplicationReport.DestinationOutcome(
                    "far", List.of(BackupId.parse(NEW)), 3, 0, 100, found)),
            Duration.ofSeconds(1)),
        new ExpiryPlan(
            Instant.parse("2024-01-15T03:00:00Z"),
            List.of(
                new ExpiryPlan.DestinationPlan(
                    "far",
                    "1 daily",
                    List.of(
                        new ExpiryPlan.Decision(
                            old, ExpiryPlan.Fate.EXPIRE, List.of("no rule keeps it"), 100)),
                    List.of(),
                    List.of()))),
        new ExpiryReport(
            List.of(new ExpiryReport.DestinationOutcome("far", List.of(old), 3, 100, found))));
  }

  private static BackupMetadata backup(String id, String... destinations) {
    BackupId parsed = BackupId.parse(id);
    return new BackupMetadata(
        parsed,
        Optional.empty(),
        "trading-engine",
        parsed.instant(),
        parsed.instant().plusSeconds(7),
        100,
        400,
        List.of(),
        List.of(),
        List.of(),
        "0.1.0",
        List.of(destinations),
        false);
  }

  private Run run(ScriptedManager manager, String... args) {
    return Run.with(manager, config, args);
  }

  private static JsonNode parse(Run run) throws IOException {
    return new JsonMapper().readTree(run.out());
  }
}
