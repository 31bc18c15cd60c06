package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tradingengine.backup.examples.IncrementalBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with chains; files alone are backed up, no servers needed. */
class IncrementalIT {
  @TempDir Path folder;
  private Path book;

  @BeforeEach
  void writeWhatIsBackedUp() throws IOException {
    book = Files.createDirectory(folder.resolve("data")).resolve("book");
    Files.writeString(book, "EURUSD 1000");
    configure("");
  }

  @Test
  void theFirstOneIsFullAndSaysWhy() throws IOException {
    Run run = run("incremental");

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("Kind      full", "note: trading-engine: a full backup was taken, not an")
        .doesNotContain("Saved");
    assertThat(json(run("list", "--json")).path("backups").path(0).path("kind").asText())
        .isEqualTo("full");
  }

  @Test
  void aChainIsTakenListedShownAndRestored() throws IOException {
    String full = id("full");
    Files.writeString(book, "EURUSD 900");
    String first = id("incremental");
    Files.writeString(book, "EURUSD 800");
    Run taken = run("incremental", "--json");
    String second = json(taken).path("backupId").asText();

    assertThat(run("list").out())
        .containsPattern("(?m)^" + full + " .* 1 of 3 +ok ")
        .containsPattern("(?m)^\\|- " + first + " .* 2 of 3, \\d+ % of " + full + " +ok ")
        .containsPattern("(?m)^`- " + second + " .* 3 of 3, \\d+ % of " + full + " +ok ");
    assertThat(json(run("list", "--json")).path("backups").path(2)).isEqualTo(json(taken));
    assertThat(json(run("show", second, "--json"))).isEqualTo(json(taken));
    assertThat(run("show").out())
        .contains("what has changed since " + first, "Chain     3 of 3, begins with " + full);
    assertThat(restored("latest")).hasContent("EURUSD 800");
    assertThat(restored(first)).hasContent("EURUSD 900");
    assertThat(restored(full)).hasContent("EURUSD 1000");
  }

  @Test
  void aChainIsMergedAndTheNextOneBuildsOnThat() throws IOException {
    String full = id("full");
    Files.writeString(book, "EURUSD 900");
    String first = id("incremental");
    Files.writeString(book, "EURUSD 800");
    String second = id("incremental");

    Run merge = run("merge");

    assertThat(merge.code()).as(merge.out() + merge.err()).isZero();
    assertThat(merge.out())
        .contains("Kind      full", "merged from " + full + ", " + first + ", " + second);
    assertThat(run("merge").out()).startsWith("Nothing to merge");
    String merged = json(run("show", "--json")).path("backupId").asText();
    Files.writeString(book, "EURUSD 700");
    Run next = run("incremental", "--json");
    assertThat(json(next).path("parent").asText()).isEqualTo(merged);
    assertThat(restored(merged)).hasContent("EURUSD 800");
    assertThat(restored("latest")).hasContent("EURUSD 700");
    assertThat(restored(first)).hasContent("EURUSD 900");
  }

  @Test
  void aNewFullBackupBeginsAnotherChain() throws IOException {
    id("full");
    id("incremental");
    String young = id("full");
    String last = id("incremental");

    JsonNode backups = json(run("list", "--json")).path("backups");
    assertThat(backups.path(3).path("backupId").asText()).isEqualTo(last);
    assertThat(backups.path(3).path("chain").path("root").asText()).isEqualTo(young);
    assertThat(backups.findValuesAsText("position")).containsExactly("1", "2", "1", "2");
  }

  @Test
  void whoRefusesGetsNoFullBackupWhereTheChainIsBroken() throws IOException {
    String full = id("full");
    String first = id("incremental");
    Files.delete(folder.resolve("near").resolve(full).resolve("manifest.json"));
    configure("incremental: {otherwise: refuse}");

    assertThat(run("list").out())
        .containsPattern("(?m)^" + first + " .* builds on " + full + " +parent missing");
    Run refused = run("incremental");

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("ERROR: No incremental backup was taken", "HINT: ");
    configure("");
    Run taken = run("incremental");
    assertThat(taken.code()).as(taken.out() + taken.err()).isZero();
    assertThat(taken.out()).contains("Kind      full", "note: ");
    assertThat(run("incremental").out()).contains("Kind      incremental");
  }

  @Test
  void theRecipeRuns() throws IOException {
    String config = folder.resolve("backup.yaml").toString();

    IncrementalBackup.main(new String[] {config});
    IncrementalBackup.main(new String[] {config});

    assertThat(json(run("list", "--json")).path("backups").findValuesAsText("kind"))
        .containsExactly("full", "incremental");
  }

  private void configure(String more) throws IOException {
    Files.writeString(
        folder.resolve("backup.yaml"),
        """
        name: trading-engine
        sources: [{type: files, name: data, paths: [data]}]
        encryption: {type: none}
        destinations: [{type: local, name: near, path: near}]
        """
            + more);
  }

  private String id(String command) throws IOException {
    Run run = run(command, "--json");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(json(run).path("kind").asText()).isEqualTo(command);
    return json(run).path("backupId").asText();
  }

  private Path restored(String id) throws IOException {
    Path into = folder.resolve("restored-" + id);
    Run restore = run("restore", id, "--into", into.toString(), "--force");
    assertThat(restore.code()).as(restore.out() + restore.err()).isZero();
    try (Stream<Path> files = Files.walk(into)) {
      return files.filter(file -> file.endsWith("data/book")).findFirst().orElseThrow();
    }
  }

  private Run run(String... args) {
    return Run.of(
        Stream.concat(Stream.of("-c", folder.resolve("backup.yaml").toString()), Stream.of(args))
            .toArray(String[]::new));
  }

  private static JsonNode json(Run run) throws IOException {
    return new JsonMapper().readTree(run.out());
  }
}
