package io.tradingengine.backup.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.examples.cli.BackupCommand;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that archives and recovers by itself, calling the command line as an operator sets it.
 */
class WalCommandsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  @Test
  void whatAServerHasPushedItFetchesWhenItRecovers() throws Exception {
    Unprivileged server = Unprivileged.forOwnerOf(folder);
    assumeTrue(server != Unprivileged.NOBODY, "the server's user could not use the repository");
    Path password = Files.writeString(folder.resolve("password"), "Pa55-of-the-superuser");
    try (DemoPostgres postgres = new DemoPostgres(folder, Secret.file(password))) {
      postgres.create();
      postgres.start();
      Path yaml = configure(postgres, password);
      BackupConfig config = BackupConfig.load(yaml);
      try (Connection connection = postgres.connect("postgres")) {
        TradingData.fill(connection, 1000);
        execute(
            connection,
            "ALTER SYSTEM SET archive_mode = on",
            "ALTER SYSTEM SET archive_command = '"
                + script("push", yaml, "wal-push \"$1\"")
                + " %p'");
      }
      try (BackupManager manager = BackupManager.create(config)) {
        manager.createFullBackup();
      }
      postgres.stop();
      postgres.start();
      Map<String, String> before = tradeAndAwaitArchiving(postgres);
      postgres.stop();
      Files.move(postgres.dataDirectory(), folder.resolve("lost"));

      try (RestoreManager manager = RestoreManager.create(config)) {
        manager.execute(manager.plan(RestoreRequest.latest().atBackup()));
      }
      Files.writeString(
          postgres.dataDirectory().resolve("postgresql.conf"),
          "\nrestore_command = '" + script("fetch", yaml, "wal-fetch \"$1\" \"$2\"") + " %f %p'\n",
          StandardOpenOption.APPEND);
      Files.createFile(postgres.dataDirectory().resolve("recovery.signal"));
      postgres.start();

      try (Connection connection = postgres.connect("postgres")) {
        assertThat(TradingData.fingerprint(connection)).as(logs()).isEqualTo(before);
        assertThat(TradingData.brokenPositions(connection)).isZero();
      }
    }
  }

  /** What the server and the commands that it called have said. */
  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("log"))) {
      for (Path file : files) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private Path configure(DemoPostgres postgres, Path password) throws IOException {
    OpenPgp.generateKeyPair(
        new OpenPgp.KeyPairRequest(
            "Backup <backup@trading-engine.local>",
            OpenPgp.KeyAlgorithm.CURVE_25519,
            Secret.file(password),
            folder.resolve("public.asc"),
            folder.resolve("secret.asc")));
    return Files.writeString(
        folder.resolve("backup.yaml"),
        """
        name: trading-engine
        sources:
          - {type: postgres, host: 127.0.0.1, port: %d, user: postgres, password: '${file:%s}', data-directory: data}
        encryption: {type: openpgp, recipients: [public.asc]}
        decryption: {secret-key: secret.asc, passphrase: '${file:%s}'}
        destinations: [{type: local, path: repository}]
        """
            .formatted(postgres.port(), password, password));
  }

  /** A server cuts long commands off, and a class path is long. */
  private Path script(String name, Path yaml, String arguments) throws IOException {
    Path script =
        Files.writeString(
            folder.resolve(name),
            String.join(
                "\n",
                "#!/bin/sh",
                "exec '"
                    + System.getProperty("java.home")
                    + "/bin/java' -Xmx128m -cp '"
                    + System.getProperty("java.class.path")
                    + "' "
                    + BackupCommand.class.getName()
                    + " -c '"
                    + yaml
                    + "' "
                    + arguments,
                ""));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  private static Map<String, String> tradeAndAwaitArchiving(DemoPostgres postgres)
      throws SQLException, InterruptedException {
    try (Connection connection = postgres.connect("postgres")) {
      TradingData.tradeOn(connection, 500);
      Map<String, String> before = TradingData.fingerprint(connection);
      String last = text(connection, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
      execute(connection, "SELECT pg_switch_wal()");
      long end = System.nanoTime() + PATIENCE.toNanos();
      String archived = "";
      while (archived.compareTo(last) < 0 && System.nanoTime() < end) {
        Thread.sleep(200);
        archived =
            text(connection, "SELECT coalesce(max(last_archived_wal), '') FROM pg_stat_archiver");
      }
      assertThat(archived).as("what the server has archived").isGreaterThanOrEqualTo(last);
      return before;
    }
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
