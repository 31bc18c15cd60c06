package io.tradingengine.backup.examples.cli;

import static io.tradingengine.backup.examples.cli.Backups.FIRST;
import static io.tradingengine.backup.examples.cli.Backups.FULL;
import static io.tradingengine.backup.examples.cli.Backups.NEXT;
import static io.tradingengine.backup.examples.cli.Backups.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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

/** What the commands say of backups that build on others. */
class IncrementalCommandsTest {
  private static final BackupMetadata[] CHAIN = {
    Backups.full(FULL, 10_000),
    Backups.incremental(FIRST, FULL, 1_200),
    Backups.incremental(SECOND, FIRST, 20)
  };

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
            destinations: [{type: local, path: near, name: near}]
            """);
  }

  @Test
  void incrementalSaysWhatItBuildsOnAndWhatItSaved() {
    ScriptedManager manager = manager(CHAIN).taking(CHAIN[1]);

    Run run = run(manager, "incremental");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(manager.asked()).containsExactly("incremental", "close");
    assertThat(run.out())
        .contains(
            "Backup    " + FIRST,
            "Kind      incremental: what has changed since " + FULL,
            "Chain     2 of 3, begins with " + FULL,
            "Saved     88 %: it takes 12 % of " + FULL + " (9.8 KiB)")
        .containsPattern("SOURCE +TYPE +BUILDS ON +STORED +OF FULL +PLAIN")
        .containsPattern("postgres +postgres +" + FULL + " +1.1 KiB +12 % ")
        .containsPattern("redis +redis +nothing: it is whole +120 B +12 % ");
  }

  @Test
  void incrementalForScriptsHasParentsAndChain() throws IOException {
    Run run = run(manager(CHAIN).taking(CHAIN[2]), "incremental", "--json");

    assertThat(run.code()).isZero();
    JsonNode backup = parse(run);
    assertThat(backup.path("kind").asText()).isEqualTo("incremental");
    assertThat(backup.path("parent").asText()).isEqualTo(FIRST);
    assertThat(backup.path("chain").path("root").asText()).isEqualTo(FULL);
    assertThat(backup.path("chain").path("position").asInt()).isEqualTo(3);
    assertThat(backup.path("chain").path("length").asInt()).isEqualTo(3);
    assertThat(backup.path("sources").path(0).path("parent").asText()).isEqualTo(FIRST);
    assertThat(backup.path("sources").path(1).path("parent").isNull()).isTrue();
  }

  @Test
  void aFullBackupInsteadIsToldWithItsReason() {
    String reason = "a full backup was taken, not an incremental one: there is no backup yet";
    Finding why = Finding.info("trading-engine", reason);
    BackupMetadata taken = Backups.backup(FULL, Optional.empty(), 10_000, List.of(why));

    Run run = run(manager(taken).taking(taken), "incremental");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Kind      full", "note: trading-engine: " + reason)
        .doesNotContain("Chain", "Saved", "BUILDS ON");
  }

  @Test
  void anIncrementalBackupThatIsLargerSavesNothing() {
    BackupMetadata large = Backups.incremental(FIRST, FULL, 10_500);

    assertThat(run(manager(CHAIN[0], large).taking(large), "incremental").out())
        .contains("Saved     nothing: it takes 105 % of " + FULL);
  }

  @Test
  void aBackupIsTakenThoughItsChainCannotBeListed() throws IOException {
    ScriptedManager manager = manager(CHAIN).taking(CHAIN[1]).unlistable();

    Run text = run(manager, "incremental");
    Run json = run(manager, "incremental", "--json");

    assertThat(text.code()).isEqualTo(3);
    assertThat(text.out())
        .contains("Backup    " + FIRST, "Chain     unknown", "WARNING: " + FIRST + ": what it");
    assertThat(json.code()).isEqualTo(3);
    assertThat(parse(json).path("parent").asText()).isEqualTo(FULL);
    assertThat(parse(json).path("chain").isNull()).isTrue();
  }

  @Test
  void fullIsTakenAsBefore() {
    ScriptedManager manager = manager(CHAIN).taking(CHAIN[0]);

    assertThat(run(manager, "full").out()).contains("Backup    " + FULL, "Kind      full");
    assertThat(manager.asked()).containsExactly("full", "close");
  }

  @Test
  void mergeReportsTheFullBackup() throws IOException {
    Finding from = Finding.info("trading-engine", "merged from " + FULL + ", " + FIRST);
    BackupMetadata merged = Backups.backup(NEXT, Optional.empty(), 10_000, List.of(from));
    ScriptedManager manager = manager(CHAIN).taking(merged);

    Run text = run(manager, "merge");
    Run json = run(manager, "merge", "--json");

    assertThat(text.code()).as(text.err()).isZero();
    assertThat(manager.asked()).containsExactly("merge", "close", "merge", "close");
    assertThat(text.out())
        .contains("Backup    " + NEXT, "Kind      full", "note: trading-engine: merged from ");
    assertThat(json.code()).isZero();
    assertThat(parse(json).path("backupId").asText()).isEqualTo(NEXT);
  }

  @Test
  void mergeSaysThatThereIsNothingToDo() throws IOException {
    Run text = run(manager(CHAIN[0]), "merge");
    Run json = run(manager(CHAIN[0]), "merge", "--json");

    assertThat(text.code()).as(text.err()).isZero();
    assertThat(text.out())
        .isEqualToIgnoringNewLines("Nothing to merge: the newest backup is a full one.");
    assertThat(json.code()).isZero();
    assertThat(parse(json).path("backupId").isNull()).isTrue();
  }

  @Test
  void listIsATree() {
    Run run = run(manager(CHAIN[0], CHAIN[1], CHAIN[2], Backups.full(NEXT, 9_000)), "list");

    assertThat(run.code()).isZero();
    assertThat(run.out().lines())
        .satisfiesExactly(
            headings -> assertThat(headings).matches("BACKUP .* SPREAD +CHAIN +STATE .*"),
            full -> assertThat(full).matches(FULL + " .* 1 of 3 +ok .*"),
            first ->
                assertThat(first)
                    .matches("\\|- " + FIRST + " .* 2 of 3, 12 % of " + FULL + " +ok .*"),
            second ->
                assertThat(second)
                    .matches("`- " + SECOND + " .* 3 of 3, <1 % of " + FULL + " +ok .*"),
            next -> assertThat(next).matches(NEXT + " .* - +ok .*"));
  }

  @Test
  void aTerminalDrawsTheTree() {
    Run run = Run.onTerminal(manager(CHAIN), config, "list");

    assertThat(run.out())
        .contains("\n\u251c\u2500 " + FIRST + " ", "\n\u2514\u2500 " + SECOND + " ");
  }

  @Test
  void aBranchNamesWhatItBuildsOn() {
    String third = "incremental-20240115-140000";

    Run run =
        run(manager(CHAIN[0], CHAIN[1], CHAIN[2], Backups.incremental(third, FIRST, 30)), "list");

    assertThat(run.out())
        .containsPattern("- " + SECOND + " .* 3 of 4, <1 % of " + FULL + " +ok")
        .containsPattern(
            "`- " + third + " .* 3 of 4, <1 % of " + FULL + ", builds on " + FIRST + " +ok");
  }

  @Test
  void anIncrementalBackupWithoutItsParentStandsAtTheRootAndIsMarked() throws IOException {
    ScriptedManager manager = manager(CHAIN[1], CHAIN[2], Backups.full(NEXT, 9_000));

    Run text = run(manager, "list");
    Run json = run(manager, "list", "--json");

    assertThat(text.code()).isEqualTo(3);
    assertThat(text.out().lines())
        .satisfiesExactly(
            headings -> assertThat(headings).startsWith("BACKUP"),
            first ->
                assertThat(first).matches(FIRST + " .* builds on " + FULL + " +parent missing .*"),
            second -> assertThat(second).matches("`- " + SECOND + " .* - +chain broken .*"),
            next -> assertThat(next).matches(NEXT + " .* - +ok .*"),
            warning ->
                assertThat(warning)
                    .startsWith("WARNING: " + FIRST + ": builds on " + FULL + ", which is missing"),
            hint -> assertThat(hint).contains("HINT: replicate"));
    assertThat(json.code()).isEqualTo(3);
    JsonNode backups = parse(json).path("backups");
    assertThat(backups.path(0).path("parent").asText()).isEqualTo(FULL);
    assertThat(backups.path(0).path("chain").isNull()).isTrue();
    assertThat(backups.path(1).path("chain").isNull()).isTrue();
    assertThat(backups.path(2).path("chain").path("root").asText()).isEqualTo(NEXT);
  }

  @Test
  void listForScriptsHasParentAndRoot() throws IOException {
    JsonNode backups = parse(run(manager(CHAIN), "list", "--json")).path("backups");

    assertThat(backups.findValuesAsText("backupId")).containsExactly(FULL, FIRST, SECOND);
    assertThat(backups.findValuesAsText("root")).containsExactly(FULL, FULL, FULL);
    assertThat(backups.path(0).path("parent").isNull()).isTrue();
    assertThat(backups.path(2).path("parent").asText()).isEqualTo(FIRST);
  }

  @Test
  void showNamesTheParentAndTheChain() {
    Run run = run(manager(CHAIN), "show", SECOND);

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("what has changed since " + FIRST, "Chain     3 of 3, begins with " + FULL)
        .containsPattern("(?s)NEEDS .*" + FULL + " .*" + FIRST + " .*" + SECOND);
    assertThat(run(manager(CHAIN), "show", FULL).out())
        .contains("Chain     1 of 3, begins with " + FULL)
        .doesNotContain("NEEDS", "Saved");
  }

  @Test
  void showNamesWhatIsMissing() {
    Run run = run(manager(CHAIN[1], CHAIN[2]), "show", SECOND);

    assertThat(run.out())
        .contains("Chain     unknown")
        .containsPattern("(?s)NEEDS .*" + FULL + " +MISSING .*" + FIRST + " .*" + SECOND)
        .containsPattern("postgres +postgres +" + FIRST + " +18 B +- ");
  }

  private static ScriptedManager manager(BackupMetadata... backups) {
    return new ScriptedManager(
        List.of(backups),
        new ReplicationReport(List.of(), Duration.ZERO),
        new ExpiryPlan(Instant.EPOCH, List.of()),
        new ExpiryReport(List.of()));
  }

  private Run run(ScriptedManager manager, String... args) {
    return Run.with(manager, config, args);
  }

  private static JsonNode parse(Run run) throws IOException {
    return new JsonMapper().readTree(run.out());
  }
}
