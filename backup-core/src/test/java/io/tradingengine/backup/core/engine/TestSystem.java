package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.Encryption;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A small system with config and state folders, keys, and a repository, below one folder. */
final class TestSystem {
  static final String PASSPHRASE = "Pa55phrase-of-the-backup-key";

  final Path root;
  final Path config;
  final Path state;
  final Path repository;
  final Path publicKey;
  final Path secretKey;

  TestSystem(Path root) {
    this(root, true);
  }

  /** A system that was made before, by another process. */
  static TestSystem existing(Path root) {
    return new TestSystem(root, false);
  }

  private TestSystem(Path root, boolean generate) {
    this.root = root;
    this.config = root.resolve("etc/trading-engine");
    this.state = root.resolve("var/lib/trading-engine");
    this.repository = root.resolve("repository");
    this.publicKey = root.resolve("backup-public-key.asc");
    this.secretKey = root.resolve("backup-secret-key.asc");
    if (generate) {
      generateKeys("Backup <backup@trading-engine.local>", publicKey, secretKey);
    }
  }

  static void generateKeys(String userId, Path publicKey, Path secretKey) {
    try {
      OpenPgp.generateKeyPair(
          new OpenPgp.KeyPairRequest(
              userId,
              OpenPgp.KeyAlgorithm.CURVE_25519,
              Secret.of(PASSPHRASE),
              publicKey,
              secretKey));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A configuration whose objects are stored in plain; nothing of it need exist. */
  static BackupConfig plainConfig() {
    return BackupConfig.builder("test")
        .source(FileTree.named("config").path("/nowhere"))
        .encryption(Encryption.none())
        .destination(LocalDirectory.at("/nowhere"))
        .build();
  }

  /** Writes config files and {@code megabytes} of state that does not compress. */
  TestSystem fill(int megabytes) throws IOException {
    Files.createDirectories(config.resolve("empty"));
    Files.createDirectories(state);
    Files.writeString(config.resolve("engine.yaml"), "symbols: [EURUSD]\n");
    Random random = new Random(42);
    for (int i = 0; i < megabytes; i++) {
      byte[] bytes = new byte[1 << 20];
      random.nextBytes(bytes);
      Files.write(state.resolve("positions-" + i), bytes);
    }
    return this;
  }

  /** Both folders, encrypted, in volumes of 1 MiB. */
  BackupConfig.Builder files() {
    return base()
        .source(FileTree.named("config").path(config))
        .source(FileTree.named("state").path(state));
  }

  BackupConfig.Builder base() {
    return BackupConfig.builder("trading-engine")
        .encryption(OpenPgp.recipients(publicKey))
        .decryption(OpenPgp.secretKey(secretKey).passphrase(Secret.of(PASSPHRASE)))
        .compression(Compression.zstd(1).volumeSize(1 << 20))
        .destination(LocalDirectory.at(repository));
  }

  /** Every file of the repository whose name is not hidden. */
  List<Path> objects() throws IOException {
    try (Stream<Path> files = Files.walk(repository)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !repository.relativize(file).toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** Contents by path below {@code folder}; folders end in a slash. */
  static SortedMap<String, String> contents(Path folder) throws IOException {
    TreeMap<String, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String name = folder.relativize(path).toString();
        if (Files.isDirectory(path)) {
          contents.put(name + "/", "");
        } else {
          contents.put(name, io.tradingengine.backup.spi.Sha256.of(Files.readAllBytes(path)).hex());
        }
      }
    }
    return contents;
  }
}
