package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupCommandTest {
  @TempDir Path folder;

  @Test
  void theHelpNamesEveryCommandAndExitCode() {
    Run run = Run.of("--help");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("demo", "init", "check", "full", "incremental", "list", "show", "restore")
        .contains("replicate", "expire", "pin", "unpin")
        .contains("archive", "wal-push", "wal-fetch")
        .contains("0   done", "1   failed", "2   wrong use", "3   done, but");
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "init",
        "check",
        "full",
        "incremental",
        "archive",
        "list",
        "show",
        "restore",
        "wal-push",
        "wal-fetch",
        "replicate",
        "expire",
        "pin",
        "unpin"
      })
  void everyCommandHasHelp(String command) {
    Run run = Run.of(command, "--help");

    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("Usage: backup.jar " + command).contains("Exit codes:");
  }

  @Test
  void noCommandIsWrongUseAndShowsTheUsage() {
    Run run = Run.of();

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("ERROR: Missing required subcommand", "Usage: backup.jar");
  }

  @Test
  void anUnknownCommandIsWrongUseAndSuggestsAKnownOne() {
    Run run = Run.of("lst");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'lst'", "Did you mean: backup.jar list");
  }

  @Test
  void anUnknownOptionIsWrongUse() {
    Run run = Run.of("full", "--fast");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--fast");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check",
        "full",
        "incremental",
        "archive",
        "list",
        "list --points",
        "show",
        "restore",
        "restore --point end-of-day",
        "wal-push pg_wal/000000010000000000000003",
        "replicate",
        "expire",
        "expire --dry-run",
        "pin latest --reason audit",
        "unpin full-20240115-020000"
      })
  void aMissingConfigurationIsWrongUseAndSaysHowToGetOne(String command) {
    Path missing = folder.resolve("no.yaml");

    Run run = Run.of(("-c " + missing + " " + command).split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("ERROR: There is no configuration file " + missing, "HINT: ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void theConfigurationMayBeNamedAfterTheCommandToo() {
    Path missing = folder.resolve("no.yaml");

    assertThat(Run.of("list", "-c", missing.toString()).err()).contains(missing.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "restore", "pin", "unpin"})
  void whatIsNoBackupIdIsWrongUseAndSaysWhatOneLooksLike(String command) {
    Run run = Run.of(command, "yesterday");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("not a backup id: 'yesterday'", "full-20240115-020000");
  }

  @ParameterizedTest
  @CsvSource({
    "pin full-20240115-020000,--reason",
    "pin --reason audit,ID|latest",
    "unpin,ID",
    "unpin latest,not a backup id: 'latest'",
    "expire --force,--force",
    "replicate --to,--to"
  })
  void whatIsMissingOrTooMuchIsNamed(String command, String named) {
    Run run = Run.of(command.split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(named);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aPinNeedsAReasonThatSaysSomething() {
    Run run = Run.of("pin", "latest", "--reason", "  ");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--reason is empty", "HINT: ");
  }

  @Test
  void aStackTraceIsShownOnlyWhenAskedFor() {
    String missing = folder.resolve("no.yaml").toString();

    assertThat(Run.of("-c", missing, "list").err()).doesNotContain("\tat ");
    assertThat(Run.of("-c", missing, "list", "--verbose").err()).contains("\tat ");
  }

  @Test
  void theDemoRefusesSillySizes() {
    Run run = Run.of("demo", "--rows", "1");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--rows 1 is out of range", "HINT: choose from 100 to 20000000");
  }
}
