package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.spi.SourceState;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from names, labels and attributes. */
class PathsOfRelationsTest {

  @Test
  void aPathSaysWhichRelationItIsOf() {
    assertThat(RelationPath.of("base/5/16384")).contains(new RelationPath(1663, 5, 16384, 0, 0));
    assertThat(RelationPath.of("base/5/16384_fsm.12"))
        .contains(new RelationPath(1663, 5, 16384, 1, 12));
    assertThat(RelationPath.of("base/5/16384_vm")).contains(new RelationPath(1663, 5, 16384, 2, 0));
    assertThat(RelationPath.of("global/1262_init.1"))
        .contains(new RelationPath(1664, 0, 1262, 3, 1));
    assertThat(RelationPath.of("pg_tblspc/16390/PG_17_202406281/4294967295/4294967294.31"))
        .contains(new RelationPath(16390, 4294967295L, 4294967294L, 0, 31));
    assertThat(RelationPath.of("base/5/16384_vm.3").orElseThrow().firstSegment())
        .isEqualTo(new RelationPath(1663, 5, 16384, 2, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "base/5",
        "base/5/PG_VERSION",
        "base/5/t3_16384",
        "base/5/16384_other",
        "base/5/16384.",
        "base/5/16384.1.2",
        "base/5/16384.9999999999",
        "base/5/16384.2147483648",
        "base/5/INCREMENTAL.16384",
        "global/pg_control",
        "global/5/16384",
        "PG_17_202406281/5/16384",
        "pg_tblspc/16390/5/16384",
        "pg_wal/000000010000000000000001",
        "base/5/16384\n"
      })
  void otherPathsAreOfNone(String path) {
    assertThat(RelationPath.of(path)).isEmpty();
    assertThat(RelationFile.inDataDirectory(path)).isEmpty();
    assertThat(RelationFile.inTablespace("PG_17_202406281/5/" + path)).isEmpty();
  }

  @Test
  void incrementalNamesAreMadeAndRead() {
    assertThat(IncrementalName.of("base/5/16384.1")).isEqualTo("base/5/INCREMENTAL.16384.1");
    assertThat(IncrementalName.of("x")).isEqualTo("INCREMENTAL.x");
    assertThat(IncrementalName.original("base/5/INCREMENTAL.16384.1")).contains("base/5/16384.1");
    assertThat(IncrementalName.original("INCREMENTAL.5/16384")).isEmpty();
    assertThat(IncrementalName.original("base/5/16384")).isEmpty();
  }

  @Test
  void aLabelLosesWhatSaysThatItIsNotWhole() {
    String whole =
        """
        START WAL LOCATION: 0/4000028 (file 000000010000000000000004)
        CHECKPOINT LOCATION: 0/4000080
        BACKUP METHOD: streamed
        BACKUP FROM: primary
        START TIME: 2024-01-15 02:00:00 UTC
        LABEL: INCREMENTAL FROM LSN: x
        START TIMELINE: 1
        """;
    assertThat(BackupLabel.ofWhole(whole.getBytes(UTF_8))).asString(UTF_8).isEqualTo(whole);
    String incremental = whole + "INCREMENTAL FROM LSN: 0/2000028\nINCREMENTAL FROM TLI: 1\n";
    assertThat(BackupLabel.ofWhole(incremental.getBytes(UTF_8))).asString(UTF_8).isEqualTo(whole);
    String between = incremental.replace("START TIMELINE: 1\n", "") + "START TIMELINE: 1\n";
    assertThat(BackupLabel.ofWhole(between.getBytes(UTF_8))).asString(UTF_8).isEqualTo(whole);
    assertThat(BackupLabel.ofWhole(new byte[0])).isEmpty();
  }

  /** Only what is a line of its own for a server is one. */
  @Test
  void aLabelWithOtherLineEndsKeepsWhatItSays() {
    String odd = "LABEL: a\rINCREMENTAL FROM LSN: x\u2028INCREMENTAL FROM TLI: y\n";
    assertThat(BackupLabel.ofWhole(odd.getBytes(UTF_8))).asString(UTF_8).isEqualTo(odd);
  }

  private static ServerFacts facts(boolean checksums) {
    return new ServerFacts(
        "7",
        "17.5",
        170005,
        16 << 20,
        new PageLayout(8192, 131072),
        checksums,
        Optional.empty(),
        "",
        Map.of());
  }

  private static Optional<String> obstacle(
      boolean checksums, boolean hints, String startedAt, String... then) {
    Map<String, String> attributes = new TreeMap<>();
    for (int i = 0; i < then.length; i += 2) {
      attributes.put(then[i], then[i + 1]);
    }
    return new ChangeTracking(
            Optional.empty(), hints, Optional.of(startedAt).filter(text -> !text.isEmpty()))
        .pageLsnObstacle(facts(checksums), new SourceState(Instant.EPOCH, attributes));
  }

  @Test
  void pagesTellWhatHasChangedWhereAllIsLogged() {
    assertThat(obstacle(true, false, "1.5", "data-checksums", "on", "server-started-at", "1.5"))
        .isEmpty();
    assertThat(
            obstacle(
                false,
                true,
                "1.5",
                "data-checksums",
                "off",
                "wal-log-hints",
                "on",
                "server-started-at",
                "1.5"))
        .isEmpty();
    assertThat(
            obstacle(
                true,
                false,
                "1.5",
                "data-checksums",
                "off",
                "wal-log-hints",
                "on",
                "server-started-at",
                "1.5"))
        .isEmpty();
  }

  @Test
  void pagesDoNotTellWhatHasChangedWhereHintsAreNot() {
    assertThat(obstacle(false, false, "1", "data-checksums", "off", "server-started-at", "1"))
        .hasValueSatisfying(why -> assertThat(why).doesNotContain("in the backup"));
    assertThat(
            obstacle(
                false,
                false,
                "1",
                "data-checksums",
                "off",
                "wal-log-hints",
                "on",
                "server-started-at",
                "1"))
        .isPresent();
    assertThat(obstacle(true, false, "1", "data-checksums", "off", "server-started-at", "1"))
        .hasValueSatisfying(why -> assertThat(why).contains("in the backup to build on"));
    assertThat(
            obstacle(
                false,
                true,
                "1",
                "data-checksums",
                "off",
                "wal-log-hints",
                "off",
                "server-started-at",
                "1"))
        .isPresent();
  }

  @Test
  void pagesDoNotTellWhatHasChangedAfterARestart() {
    assertThat(obstacle(true, false, "2", "data-checksums", "on", "server-started-at", "1"))
        .contains("the server was restarted since");
    assertThat(obstacle(true, false, "", "data-checksums", "on", "server-started-at", "1"))
        .hasValueSatisfying(why -> assertThat(why).contains("not known"));
    assertThat(obstacle(true, false, "", "data-checksums", "on"))
        .hasValueSatisfying(why -> assertThat(why).contains("not known"));
    assertThat(obstacle(true, false, "1", "data-checksums", "on"))
        .hasValueSatisfying(why -> assertThat(why).contains("not known"));
  }
}
