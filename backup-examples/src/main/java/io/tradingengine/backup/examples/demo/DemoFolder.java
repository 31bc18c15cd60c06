package io.tradingengine.backup.examples.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Everything that the demo makes, in one temporary folder. */
final class DemoFolder implements AutoCloseable {
  static final String SECRET_KEY = "backup-secret-key.asc";
  static final String PUBLIC_KEY = "backup-public-key.asc";
  static final String CONFIG_FILE = "backup.yaml";

  private final Path root;
  private final boolean keep;

  private DemoFolder(Path root, boolean keep) {
    this.root = root;
    this.keep = keep;
  }

  /** A new folder below {@code java.io.tmpdir}; with {@code keep}, it stays. */
  static DemoFolder create(boolean keep) throws IOException {
    Path root = Files.createTempDirectory("backup-demo-").toRealPath();
    // Where the server has to run as another user, that one passes through; it cannot list.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
    return new DemoFolder(root, keep);
  }

  Path root() {
    return root;
  }

  Path repository() {
    return root.resolve("repository");
  }

  Path config() {
    return root.resolve("config");
  }

  Path state() {
    return root.resolve("state");
  }

  /**
   * Files that the configuration refers to.
   *
   * @param postgresPassword the password of PostgreSQL's superuser
   * @param redisPassword the password of Redis' default user
   * @param passphrase the passphrase of the secret key
   */
  record Secrets(Path postgresPassword, Path redisPassword, Path passphrase) {}

  /** Makes passwords and writes them to files. */
  Secrets newSecrets() throws IOException {
    return new Secrets(
        newSecret("postgres-password"),
        newSecret("redis-password"),
        newSecret("backup-passphrase"));
  }

  private Path newSecret(String name) throws IOException {
    byte[] random = new byte[18];
    new SecureRandom().nextBytes(random);
    Path file =
        Files.createFile(
            root.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, HexFormat.of().formatHex(random));
  }

  /**
   * Writes the configuration that an operator would write; relative paths are below this folder.
   */
  Path writeBackupYaml(int postgresPort, int redisPort, Secrets secrets) throws IOException {
    return Files.writeString(
        root.resolve(CONFIG_FILE),
        String.format(
            """
        name: trading-engine
        sources:
          - {type: postgres, host: 127.0.0.1, port: %d, database: %s, user: %s,
             password: '${file:%s}', data-directory: data}
          - {type: redis, host: 127.0.0.1, port: %d, password: '${file:%s}'}
          - {type: files, name: config, paths: [config]}
          - {type: files, name: state, paths: [state]}
        compression: {codec: zstd, level: 1}
        encryption: {type: openpgp, recipients: [%s]}
        decryption: {secret-key: %s, passphrase: '${file:%s}'}
        destinations:
          - {type: local, path: repository}
        archiving: {spool: spool, ship-every: 1s}
        """,
            postgresPort,
            TradingData.DATABASE,
            DemoPostgres.USER,
            quoted(secrets.postgresPassword()),
            redisPort,
            quoted(secrets.redisPassword()),
            PUBLIC_KEY,
            SECRET_KEY,
            quoted(secrets.passphrase())));
  }

  private static String quoted(Path path) {
    return path.toString().replace("'", "''");
  }

  /** Removes a folder and all below it, without following links. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    if (!keep) {
      delete(root);
    }
  }
}
