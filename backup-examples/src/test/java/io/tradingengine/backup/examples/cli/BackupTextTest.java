package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupTextTest {
  private static BackupMetadata.SourceSummary source(String name, String asOf) {
    return source(name, asOf, Map.of());
  }

  private static BackupMetadata.SourceSummary source(
      String name, String asOf, Map<String, String> attributes) {
    return new BackupMetadata.SourceSummary(
        name,
        name,
        Optional.empty(),
        100,
        400,
        Instant.parse(asOf),
        Duration.ofSeconds(7),
        attributes);
  }

  private static BackupMetadata backup(
      List<BackupMetadata.SourceSummary> sources,
      List<BackupMetadata.MissingSource> missing,
      List<String> destinations,
      boolean pinned) {
    return new BackupMetadata(
        BackupId.parse("full-20240115-020000"),
        Optional.empty(),
        "trading-engine",
        Instant.parse("2024-01-15T02:00:00Z"),
        Instant.parse("2024-01-15T02:00:07.500Z"),
        100,
        400,
        sources,
        missing,
        List.of(),
        "0.1.0",
        destinations,
        pinned);
  }

  private static String text(
      List<BackupMetadata.SourceSummary> sources, List<BackupMetadata.MissingSource> missing) {
    return text(backup(sources, missing, List.of("local:/var/backups"), false));
  }

  private static String text(BackupMetadata backup) {
    StringWriter text = new StringWriter();
    BackupText.print(new PrintWriter(text, true), backup, new Chains(List.of(backup)));
    return text.toString();
  }

  private static String listed(BackupMetadata backup) {
    StringWriter text = new StringWriter();
    new BackupTree(new Chains(List.of(backup)), Branches.ASCII)
        .table()
        .print(new PrintWriter(text, true), "");
    return text.toString();
  }

  @Test
  void saysWhereItIsAndWhetherItIsPinned() {
    List<BackupMetadata.SourceSummary> one = List.of(source("redis", "2024-01-15T02:00:07Z"));
    BackupMetadata pinned = backup(one, List.of(), List.of("local", "offsite"), true);
    BackupMetadata unseen = backup(one, List.of(), List.of(), false);

    assertThat(text(pinned))
        .contains("Where     local, offsite", "Pinned    yes: no retention policy removes it");
    assertThat(text(unseen)).doesNotContain("Where", "Pinned");
    assertThat(listed(pinned).lines())
        .satisfiesExactly(
            headings -> assertThat(headings).matches(".* CHAIN +STATE +PINNED +WHERE +SOURCES"),
            row -> assertThat(row).matches(".* - +ok +pinned +local,offsite +redis"));
    assertThat(listed(unseen)).containsPattern(" - +ok +- +- +redis");
  }

  @Test
  void saysHowFarTheStatesLieApart() {
    assertThat(
            text(
                List.of(
                    source("postgres", "2024-01-15T02:00:06.250Z"),
                    source("redis", "2024-01-15T02:00:07Z")),
                List.of()))
        .contains("Spread    750 ms between the states of the sources")
        .contains("AS OF", "2024-01-15T02:00:06.250Z")
        .doesNotContain("degraded");
  }

  @Test
  void oneStateHasNoSpread() {
    assertThat(text(List.of(source("postgres", "2024-01-15T02:00:06.250Z")), List.of()))
        .doesNotContain("Spread");
  }

  @Test
  void saysWhatTheBackupDoesNotHave() {
    assertThat(
            text(
                List.of(source("postgres", "2024-01-15T02:00:06.250Z")),
                List.of(new BackupMetadata.MissingSource("redis", "redis", "connection refused"))))
        .contains("full-20240115-020000  (degraded)")
        .containsPattern("redis +redis .*NOT IN THIS BACKUP");
  }

  @Test
  void saysWhatIsNotThatOfOneMoment() {
    String at = "2024-01-15T02:00:07Z";
    assertThat(text(List.of(source("redis", at, Map.of("point-in-time", "no"))), List.of()))
        .contains(at + " (not a point in time)");
    assertThat(text(List.of(source("redis", at, Map.of("point-in-time", "yes"))), List.of()))
        .doesNotContain("point in time");
    assertThat(
            text(
                List.of(source("redis", at, Map.of("point-in-time", "yes", "shards", "3"))),
                List.of()))
        .contains(at + " (3 shards, each a point in time of its own)");
  }
}
