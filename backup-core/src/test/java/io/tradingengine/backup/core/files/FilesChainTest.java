package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.below;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains of backups, taken where there is no secret key, and restored where there is one. */
class FilesChainTest {
  private static final Secret PASSPHRASE = Secret.of("correct horse");

  @TempDir Path temp;

  private BackupConfig.Builder config(Path root) {
    return BackupConfig.builder("trading-engine")
        .source(FileTree.named("config").path(root))
        .encryption(OpenPgp.recipients(temp.resolve("public.asc")))
        .compression(Compression.zstd(1).volumeSize(1 << 20))
        .incremental(IncrementalOptions.defaults().memory(temp.resolve("memory")))
        .destination(LocalDirectory.at(temp.resolve("repository")));
  }

  @Test
  void everyBackupOfAChainComesBackAsItWas() throws Exception {
    generateKeys();
    Path root = Files.createDirectory(temp.toRealPath().resolve("app"));
    FilesRoundTripTest.makeEverything(root);
    byte[] big = new byte[5 << 20];
    new Random(1).nextBytes(big);
    Files.write(root.resolve("big"), big);
    Mutations mutations = new Mutations(new Random(9), List.of(root));
    Map<BackupId, Map<String, String>> snapshots = new HashMap<>();
    long whole = 0;
    for (int link = 0; link < 4; link++) {
      snapshots.put(backUp(root, link).backupId(), TreeSnapshot.of(root));
      whole = link == 0 ? stored() : whole;
      mutations.run(15);
      Files.write(root.resolve("big"), big);
    }
    assertThat(stored()).isLessThan(whole + whole / 3);
    for (var snapshot : snapshots.entrySet()) {
      Path into = temp.resolve("into-" + snapshot.getKey());
      restore(root, snapshot.getKey(), into);
      assertThat(TreeSnapshot.of(below(into.resolve("config"), root)))
          .as("%s", snapshot.getKey())
          .isEqualTo(snapshot.getValue());
    }
  }

  @Test
  void aMergedBackupIsRememberedForTheNextOneWithoutTheKey() throws Exception {
    generateKeys();
    Path root = Files.createDirectory(temp.toRealPath().resolve("app"));
    FilesRoundTripTest.makeEverything(root);
    for (int link = 0; link < 3; link++) {
      Files.writeString(root.resolve("book"), "EURUSD " + link);
      backUp(root, link);
    }
    BackupConfig withKey =
        config(root)
            .decryption(OpenPgp.secretKey(temp.resolve("secret.asc")).passphrase(PASSPHRASE))
            .build();
    BackupMetadata merged;
    try (BackupManager manager = BackupManager.create(withKey)) {
      merged = manager.merge().orElseThrow();
    }
    Files.writeString(root.resolve("book"), "EURUSD 3");

    BackupMetadata next = backUp(root, 3);

    assertThat(next.parent()).contains(merged.backupId());
    Path into = temp.resolve("into");
    restore(root, next.backupId(), into);
    assertThat(TreeSnapshot.of(below(into.resolve("config"), root)))
        .isEqualTo(TreeSnapshot.of(root));
  }

  @Test
  void aHostWithoutTheKeyCannotMerge() throws Exception {
    generateKeys();
    Path root = Files.createDirectory(temp.toRealPath().resolve("app"));
    try (BackupManager manager = BackupManager.create(config(root).build())) {
      assertThatThrownBy(manager::merge)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("no secret key")
          .hasMessageContaining("HINT: merge on a host");
    }
  }

  private void generateKeys() throws Exception {
    OpenPgp.generateKeyPair(
        new OpenPgp.KeyPairRequest(
            "Backup <backup@trading-engine.local>",
            OpenPgp.KeyAlgorithm.CURVE_25519,
            PASSPHRASE,
            temp.resolve("public.asc"),
            temp.resolve("secret.asc")));
  }

  private BackupMetadata backUp(Path root, int link) throws Exception {
    try (BackupManager manager = BackupManager.create(config(root).build())) {
      BackupMetadata metadata = manager.createIncrementalBackup();
      assertThat(metadata.parent().isPresent()).isEqualTo(link > 0);
      return metadata;
    }
  }

  private void restore(Path root, BackupId id, Path into) {
    BackupConfig config =
        config(root)
            .decryption(OpenPgp.secretKey(temp.resolve("secret.asc")).passphrase(PASSPHRASE))
            .build();
    try (RestoreManager manager = RestoreManager.create(config)) {
      manager.execute(manager.plan(RestoreRequest.of(id).into(into)));
    }
  }

  private long stored() throws Exception {
    return TreeSnapshot.of(temp.resolve("repository")).values().stream()
        .mapToLong(line -> line.contains(" same as ") ? size(line) : 0)
        .sum();
  }

  private static long size(String line) {
    return Long.parseLong(line.split(" ", -1)[3]);
  }
}
