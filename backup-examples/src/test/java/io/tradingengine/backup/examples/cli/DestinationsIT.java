package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with two destinations; files alone are backed up, no servers needed. */
class DestinationsIT {
  private static final String NEAR = "{type: local, name: near, path: near}";
  private static final String FAR =
      "{type: local, name: far, path: far, need: best-effort, retention: {daily: 1, minimum: 1}}";

  @TempDir Path folder;

  @BeforeEach
  void writeWhatIsBackedUp() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("data")).resolve("book"), "EURUSD 1000");
    configure(NEAR + ", " + FAR);
  }

  @Test
  void aBackupIsListedWhereItIs() throws IOException {
    String id = full();

    assertThat(run("list").out()).containsPattern(id + " .* - +near,far +data");
    assertThat(run("list", "--destination", "far").out()).contains(id);
    assertThat(run("show").out()).contains("Where     near, far");
  }

  @Test
  void aDestinationThatCameLaterIsFilled() throws IOException {
    configure(NEAR);
    String id = full();
    configure(NEAR + ", " + FAR);
    assertThat(run("list", "--destination", "far").out()).contains("far holds no backup");

    Run replicate = run("replicate", "--to", "far");

    assertThat(replicate.code()).as(replicate.out() + replicate.err()).isZero();
    assertThat(replicate.out()).contains("far now has " + id, "Complete: nothing is missing.");
    assertThat(run("list", "--destination", "far").out()).contains(id);
    assertThat(backup("far", id)).isEqualTo(backup("near", id)).isNotEmpty();
    JsonNode again = json(run("replicate", "--json"));
    assertThat(again.path("complete").asBoolean()).isTrue();
    assertThat(again.path("destinations").findValuesAsText("copied")).containsExactly("0", "0");
  }

  @Test
  void aDamagedObjectIsHealedOnceItsBytesAreRead() throws IOException {
    String id = full();
    Map<String, String> whole = backup("far", id);
    damage("far", id);

    assertThat(run("replicate").code()).isZero();
    assertThat(backup("far", id)).isNotEqualTo(whole);
    Run byBytes = run("replicate", "--check-bytes", "--json");

    assertThat(byBytes.code()).as(byBytes.out() + byBytes.err()).isIn(0, 3);
    assertThat(json(byBytes).path("destinations").findValuesAsText("healed"))
        .containsExactly("0", "1");
    assertThat(backup("far", id)).isEqualTo(whole);
  }

  @Test
  void aRestoreNeedsNoLocalRepositoryAndNoWholeOne() throws IOException {
    String id = full();
    damage("near", id);
    restore("by-object");

    delete(folder.resolve("near"));
    restore("from-far");

    assertThat(run("replicate", "--to", "near").code()).isIn(0, 3);
    assertThat(backup("near", id)).isEqualTo(backup("far", id));
  }

  @Test
  void expireShowsItsPlanAndRemovesWhatItSaidAndNothingThatIsPinned() throws IOException {
    String old = full();
    String young = full();
    assertThat(run("pin", old, "--reason", "audit").out()).contains("Pinned " + old);
    assertThat(run("list").out()).containsPattern(old + " .* pinned +near,far ");

    Run pinned = run("expire");
    assertThat(pinned.code()).as(pinned.out() + pinned.err()).isZero();
    assertThat(pinned.out()).containsPattern(old + " +keep .*pin");
    assertThat(run("unpin", old).out()).contains("Unpinned " + old);

    Run plan = run("expire", "--dry-run");
    assertThat(plan.out()).containsPattern(old + " +EXPIRE").contains("Nothing was removed.");
    assertThat(json(run("expire", "--dry-run", "--json")).path("executed").asBoolean(true))
        .isFalse();
    assertThat(backup("far", old)).isNotEmpty();

    Run expire = run("expire");
    assertThat(expire.code()).as(expire.out() + expire.err()).isZero();
    assertThat(expire.out()).contains("far removed " + old);
    assertThat(run("list", "--destination", "far").out()).contains(young).doesNotContain(old);
    assertThat(objects("far", old)).isEmpty();
    assertThat(run("list", "--destination", "near").out()).contains(young, old);
    restore("after-expiry");
  }

  @Test
  void whatRetentionHasRemovedIsNotBroughtBack() throws IOException {
    String old = full();
    full();
    assertThat(run("expire").out()).contains("far removed " + old);

    assertThat(run("replicate").code()).isZero();

    assertThat(run("list", "--destination", "far").out()).doesNotContain(old);
  }

  @Test
  void anUnknownBackupCannotBePinned() throws IOException {
    full();

    Run pin = run("pin", "full-20010101-000000", "--reason", "audit");

    assertThat(pin.code()).isEqualTo(1);
    assertThat(pin.err()).contains("full-20010101-000000", "HINT: ");
  }

  @Test
  void withoutAnyPolicyThereIsNothingToExpire() throws IOException {
    configure(NEAR);
    full();

    Run expire = run("expire");

    assertThat(expire.code()).isEqualTo(1);
    assertThat(expire.err()).contains("ERROR: ", "retention");
  }

  private void configure(String destinations) throws IOException {
    Files.writeString(
        folder.resolve("backup.yaml"),
        """
        name: trading-engine
        sources: [{type: files, name: data, paths: [data]}]
        encryption: {type: none}
        destinations: [%s]
        """
            .formatted(destinations));
  }

  private String full() throws IOException {
    Run full = run("full", "--json");
    assertThat(full.code()).as(full.out() + full.err()).isZero();
    return json(full).path("backupId").asText();
  }

  private void restore(String name) throws IOException {
    Path into = folder.resolve(name);
    Run restore = run("restore", "--into", into.toString(), "--force");
    assertThat(restore.code()).as(restore.out() + restore.err()).isIn(0, 3);
    try (Stream<Path> files = Files.walk(into)) {
      assertThat(files.filter(file -> file.endsWith("data/book")))
          .singleElement()
          .satisfies(file -> assertThat(file).hasContent("EURUSD 1000"));
    }
  }

  /** Changes one byte of a volume, and not its length. */
  private void damage(String destination, String id) throws IOException {
    try (Stream<Path> volumes =
        Files.list(folder.resolve(destination).resolve(id).resolve("data"))) {
      Path volume = volumes.sorted().findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(volume);
      bytes[bytes.length / 2] ^= 1;
      Files.write(volume, bytes);
    }
  }

  /** The digests of a backup's objects in a destination, by key; empty if it has none. */
  private Map<String, String> backup(String destination, String id) throws IOException {
    Map<String, String> objects = objects(destination, id);
    // Says who once wrote into this folder, and is no part of the backup.
    objects.remove("run.json");
    return objects;
  }

  private Map<String, String> objects(String destination, String id) throws IOException {
    Map<String, String> objects = new TreeMap<>();
    Path root = folder.resolve(destination).resolve(id);
    if (Files.exists(root)) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          MessageDigest digest = Sha256.newDigest();
          digest.update(Files.readAllBytes(file));
          objects.put(root.relativize(file).toString(), Sha256.from(digest).toString());
        }
      }
    }
    return objects;
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
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
