package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a repository is found, named, and leaves nothing half restored. */
class TamperingTest {
  private interface Damage {
    byte[] to(byte[] whole);
  }

  @TempDir Path folder;
  private TestSystem system;
  private BackupConfig config;
  private Path target;

  @BeforeEach
  void backUp() throws IOException {
    system = new TestSystem(folder).fill(3);
    config = signed().build();
    target = folder.resolve("restored");
    try (BackupManager manager = BackupManager.create(config)) {
      manager.createFullBackup();
    }
  }

  private BackupConfig.Builder signed() {
    return BackupConfig.builder("trading-engine")
        .source(FileTree.named("config").path(system.config))
        .source(FileTree.named("state").path(system.state))
        .encryption(
            OpenPgp.recipients(system.publicKey)
                .signingKey(system.secretKey)
                .signingPassphrase(Secret.of(TestSystem.PASSPHRASE))
                .trustedSigners(system.publicKey))
        .decryption(
            OpenPgp.secretKey(system.secretKey).passphrase(Secret.of(TestSystem.PASSPHRASE)))
        .compression(io.tradingengine.backup.Compression.zstd(1).volumeSize(1 << 20))
        .destination(LocalDirectory.at(system.repository));
  }

  @Test
  void anIntactBackupRestores() throws IOException {
    restore(config);
    assertThat(TestSystem.contents(target)).isNotEmpty();
  }

  @Test
  void aFlippedBitInAnyObjectIsFound() throws IOException {
    eachObject(
        data(),
        whole -> {
          byte[] damaged = whole.clone();
          damaged[whole.length / 2] ^= 0x10;
          return damaged;
        });
  }

  @Test
  void aFlippedBitInTheLastByteOfAnyObjectIsFound() throws IOException {
    eachObject(
        bytesThatCount(),
        whole -> {
          byte[] damaged = whole.clone();
          damaged[whole.length - 1] ^= 0x01;
          return damaged;
        });
  }

  @Test
  void aTruncatedObjectIsFound() throws IOException {
    eachObject(bytesThatCount(), whole -> Arrays.copyOf(whole, whole.length - 1));
    eachObject(data(), whole -> new byte[0]);
  }

  @Test
  void anObjectWithMoreAtItsEndIsFound() throws IOException {
    eachObject(bytesThatCount(), whole -> Arrays.copyOf(whole, whole.length + 1));
  }

  @Test
  void aMissingObjectIsFound() throws IOException {
    for (Path object : data()) {
      byte[] whole = Files.readAllBytes(object);
      Files.delete(object);
      if (object.endsWith("manifest.json")) {
        assertThatThrownBy(() -> restore(config)).hasMessageContaining("There is no backup");
      } else {
        assertRefused(object);
      }
      Files.write(object, whole);
    }
  }

  @Test
  void aSwappedPairOfVolumesIsFound() throws IOException {
    List<Path> volumes =
        data().stream().filter(path -> path.toString().contains("/state/files-")).toList();
    assertThat(volumes).hasSizeGreaterThanOrEqualTo(3);
    byte[] first = Files.readAllBytes(volumes.get(0));
    byte[] second = Files.readAllBytes(volumes.get(1));

    Files.write(volumes.get(0), second);
    Files.write(volumes.get(1), first);
    assertThatThrownBy(() -> restore(config))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("/state/files-00000");
    assertNothingRestored();
  }

  @Test
  void aTamperedManifestIsFound() throws IOException {
    Path manifest = object("manifest.json");
    byte[] whole = Files.readAllBytes(manifest);

    Files.writeString(
        manifest,
        new String(whole, StandardCharsets.UTF_8).replace("\"toolVersion\"", " \"toolVersion\""));
    assertThat(Files.readAllBytes(manifest)).isNotEqualTo(whole);
    assertRefused(manifest);
  }

  @Test
  void anUnsignedManifestIsRefused() throws IOException {
    Files.delete(object("manifest.json.asc"));

    assertRefused(object("manifest.json"));
  }

  @Test
  void aManifestSignedByAStrangerIsRefused() throws IOException {
    Path strangerPublic = folder.resolve("stranger.asc");
    Path strangerSecret = folder.resolve("stranger-secret.asc");
    TestSystem.generateKeys("Stranger <s@example.com>", strangerPublic, strangerSecret);
    BackupConfig distrusting =
        signed()
            .encryption(OpenPgp.recipients(system.publicKey).trustedSigners(strangerPublic))
            .build();

    assertThatThrownBy(() -> restore(distrusting))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("manifest.json");
    assertNothingRestored();
  }

  @Test
  void aWrongKeyIsFoundAndNamed() throws IOException {
    Path otherPublic = folder.resolve("other.asc");
    Path otherSecret = folder.resolve("other-secret.asc");
    TestSystem.generateKeys("Other <o@example.com>", otherPublic, otherSecret);
    BackupConfig wrong =
        signed()
            .decryption(OpenPgp.secretKey(otherSecret).passphrase(Secret.of(TestSystem.PASSPHRASE)))
            .build();

    assertThatThrownBy(() -> restore(wrong))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("key");
    assertNothingRestored();
  }

  @Test
  void aWrongPassphraseIsFoundAndNotShown() {
    assertThatThrownBy(
            () ->
                restore(
                    signed()
                        .decryption(
                            OpenPgp.secretKey(system.secretKey)
                                .passphrase(Secret.of("wr0ng-passphrase")))
                        .build()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("passphrase")
        .hasMessageNotContaining("wr0ng");
  }

  private void eachObject(List<Path> objects, Damage damage) throws IOException {
    for (Path object : objects) {
      byte[] whole = Files.readAllBytes(object);
      Files.write(object, damage.to(whole));
      assertRefused(object);
      Files.write(object, whole);
    }
  }

  private void assertRefused(Path object) throws IOException {
    String name = object.getFileName().toString().replace(".asc", "");
    assertThatThrownBy(() -> restore(config))
        .as("damaged: %s", object)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(name);
    assertNothingRestored();
  }

  private void assertNothingRestored() throws IOException {
    if (Files.exists(target)) {
      assertThat(TestSystem.contents(target).keySet()).allMatch(name -> name.endsWith("/"));
    }
  }

  /** Every object of the backup; repository.json says nothing of its content. */
  /** Not the note of which run took the backup, which no restore reads. */
  private List<Path> data() throws IOException {
    return system.objects().stream()
        .filter(path -> !path.endsWith("repository.json") && !path.endsWith("run.json"))
        .toList();
  }

  /** Without the armored signature: what stands after its last line is no part of it. */
  private List<Path> bytesThatCount() throws IOException {
    return data().stream().filter(path -> !path.toString().endsWith(".asc")).toList();
  }

  private Path object(String name) throws IOException {
    return data().stream().filter(path -> path.endsWith(name)).findFirst().orElseThrow();
  }

  private void restore(BackupConfig with) {
    try (RestoreManager manager = RestoreManager.create(with)) {
      manager.execute(manager.plan(RestoreRequest.latest().into(target)));
    }
  }
}
