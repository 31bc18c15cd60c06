package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/restore.md recover a backup without this software. */
class ByHandIT {
  @TempDir Path folder;
  private Path gnupg;

  @BeforeEach
  void gpgThatAsksNobody() throws Exception {
    for (String program : new String[] {"gpg", "zstd", "tar", "bash"}) {
      assertThat(Oracles.require(program)).exists();
    }
    gnupg =
        Files.createDirectory(
            folder.resolve("g"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path passphrase = Files.writeString(gnupg.resolve("pass"), TestSystem.PASSPHRASE);
    Files.writeString(
        gnupg.resolve("gpg.conf"), "batch\npinentry-mode loopback\npassphrase-file " + passphrase);
  }

  @AfterEach
  void stopItsAgent() {
    Oracles.command("gpgconf", "--kill", "all").environment("GNUPGHOME", gnupg.toString()).run();
  }

  @Test
  void gpgZstdAndTarRecoverAFullBackup() throws Exception {
    TestSystem system = new TestSystem(folder).fill(2);
    BackupMetadata metadata;
    try (PgServer server = PgServer.start(15)) {
      TradingLoad.prepare(server, 50_000);
      try (TradingLoad load = new TradingLoad(server)) {
        metadata = PostgresBackupIT.backUp(signed(system, server));
        assertThat(load.stop()).isPositive();
      }
    }
    Path backup = system.repository.resolve(metadata.backupId().toString());
    Path data = folder.resolve("by-hand");
    Path state = folder.resolve("by-hand-state");

    run(
        backup,
        "gpg -q --import " + system.secretKey,
        "gpg --verify manifest.json.asc manifest.json",
        "awk -F'\"' '/\"key\"/ {key = $4} /\"storedSha256\"/ {print $4 \"  ../\" key}' manifest.json"
            + " | sha256sum -c --quiet",
        "mkdir -m 700 " + data + " " + state,
        decode("postgres/base-", data),
        decode("postgres/wal-", data.resolve("pg_wal")),
        decode("state/files-", state),
        "chown -R $(id -u):$(id -g) " + data);

    assertThat(TestSystem.contents(state.resolve(Path.of("/").relativize(system.state))))
        .isEqualTo(TestSystem.contents(system.state));
    Files.writeString(data.resolve("postgresql.auto.conf"), "");
    try (PgServer restored = PgServer.start(data, 15)) {
      assertThat(TradingLoad.violations(restored)).isEmpty();
    }
  }

  private static String decode(String volumes, Path target) {
    return "(for v in "
        + volumes
        + "*.tar.zst.gpg; do gpg -qd \"$v\" || exit 1; done) | zstd -d | tar x -C "
        + target;
  }

  private void run(Path in, String... commands) {
    String script = "set -e -o pipefail\n" + String.join("\n", commands);
    Oracles.command("bash", "-c", script)
        .in(in)
        .environment("GNUPGHOME", gnupg.toString())
        .run()
        .orFail();
  }

  private static BackupConfig signed(TestSystem system, PgServer server) {
    return system
        .files()
        .encryption(
            OpenPgp.recipients(system.publicKey)
                .signingKey(system.secretKey)
                .signingPassphrase(Secret.of(TestSystem.PASSPHRASE)))
        .source(PostgresBackupIT.postgres(server))
        .build();
  }
}
