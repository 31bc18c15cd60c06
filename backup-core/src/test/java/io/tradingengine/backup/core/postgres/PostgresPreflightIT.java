package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.Postgres.SslMode;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.NonRoot;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresPreflightIT {
  private static final String WRONG = "wrong-and-conspicuous";

  @TempDir static Path shared;
  private static PgServer server;

  @TempDir Path folder;

  /** One server for most: TLS with a certificate of our own authority, and roles for each case. */
  @BeforeAll
  static void startServer() throws IOException {
    authority("ca");
    certificate("ca", "server", "IP:127.0.0.1,DNS:localhost");
    authority("other");
    server =
        PgServer.of(17)
            .setting("summarize_wal", "on")
            .setting("ssl", "on")
            .setting("ssl_cert_file", shared.resolve("server.crt").toString())
            .setting("ssl_key_file", shared.resolve("server.key").toString())
            .hba("host replication banned 127.0.0.1/32 reject")
            .hba("hostnossl all encrypted 127.0.0.1/32 reject")
            .start();
    server.execute(
        "create role plain login password 'plain-secret'",
        "create role banned login replication password 'banned-secret'",
        "create role encrypted login replication password 'encrypted-secret'");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static void authority(String name) throws IOException {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-keyout",
        file(name + ".key"),
        "-out",
        file(name + ".crt"));
  }

  private static void certificate(String authority, String name, String names) throws IOException {
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-keyout",
        file(name + ".key"),
        "-out",
        file(name + ".csr"));
    Files.writeString(shared.resolve(name + ".ext"), "subjectAltName=" + names);
    openssl(
        "x509",
        "-req",
        "-days",
        "2",
        "-in",
        file(name + ".csr"),
        "-CA",
        file(authority + ".crt"),
        "-CAkey",
        file(authority + ".key"),
        "-CAcreateserial",
        "-extfile",
        file(name + ".ext"),
        "-out",
        file(name + ".crt"));
    Files.setPosixFilePermissions(
        shared.resolve(name + ".key"), PosixFilePermissions.fromString("rw-------"));
    NonRoot.own(shared);
  }

  private static String file(String name) {
    return shared.resolve(name).toString();
  }

  private static void openssl(String... arguments) {
    Oracles.run(
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("openssl"), java.util.Arrays.stream(arguments))
                .toList())
        .orFail();
  }

  private static Settings settings() {
    return PostgresCaptureIT.settings(server);
  }

  private static Source open(Settings settings) {
    return new PostgresSourceProvider().open("pg", settings);
  }

  /** The only error; capturing must fail with the same message, and say nothing secret. */
  private Finding onlyError(Settings settings) throws Exception {
    try (Source source = open(settings)) {
      List<Finding> errors =
          source.check().stream().filter(each -> each.severity() == Severity.ERROR).toList();
      assertThat(errors).hasSize(1);
      assertThat(errors.get(0).toString()).doesNotContain(WRONG, PgServer.PASSWORD, "-secret");
      return errors.get(0);
    }
  }

  private void assertCaptureFails(Settings settings, Finding error) throws Exception {
    FolderSink sink = new FolderSink(folder);
    try (Source source = open(settings)) {
      assertThatThrownBy(() -> source.capture(sink))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(error.message());
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void whatIsInOrderHasNoErrors() throws Exception {
    try (Source source = open(settings())) {
      assertThat(source.check()).isEmpty();
    }
  }

  @Test
  void verifiedTlsWorks() throws Exception {
    for (SslMode mode : SslMode.values()) {
      Settings tls = settings().with("sslmode", mode).with("sslrootcert", shared.resolve("ca.crt"));
      try (Source source = open(tls)) {
        assertThat(source.check()).as(mode.toString()).isEmpty();
      }
    }
    Settings tls =
        settings()
            .with("user", "encrypted")
            .with("password", "encrypted-secret")
            .with("sslmode", "verify-full")
            .with("sslrootcert", shared.resolve("ca.crt"));
    FolderSink sink = new FolderSink(folder);
    try (Source source = open(tls)) {
      source.capture(sink);
    }
    assertThat(sink.finished).contains("base", "wal", "backup-manifest");
  }

  @Test
  void aServerOfAnotherAuthorityIsRefused() throws Exception {
    Settings tls =
        settings()
            .with("sslmode", SslMode.VERIFY_CA)
            .with("sslrootcert", shared.resolve("other.crt"));
    Finding error = onlyError(tls);
    assertThat(error.message()).contains("TLS failed");
    assertThat(error.hint()).contains("sslrootcert");
    assertCaptureFails(tls, error);
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    certificate("ca", "elsewhere", "DNS:db.example");
    try (PgServer elsewhere =
        PgServer.of(15)
            .setting("ssl", "on")
            .setting("ssl_cert_file", file("elsewhere.crt"))
            .setting("ssl_key_file", file("elsewhere.key"))
            .start()) {
      Settings tls =
          PostgresCaptureIT.settings(elsewhere)
              .with("sslmode", SslMode.VERIFY_FULL)
              .with("sslrootcert", shared.resolve("ca.crt"));
      Finding error = onlyError(tls);
      assertThat(error.message()).contains("not for the name '127.0.0.1'");
      assertCaptureFails(tls, error);
      try (Source source = open(tls.with("sslmode", SslMode.VERIFY_CA))) {
        assertThat(source.check()).isEmpty();
      }
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNotShown() throws Exception {
    Finding error = onlyError(settings().with("password", WRONG));
    assertThat(error.message()).contains("refuses the password of the role 'postgres'");
    assertCaptureFails(settings().with("password", WRONG), error);
  }

  @Test
  void aPasswordThatCannotBeHadIsSaid() throws Exception {
    Finding error = onlyError(settings().with("password", Secret.env("NO_SUCH_VARIABLE_X")));
    assertThat(error.message()).contains("NO_SUCH_VARIABLE_X is not set");
  }

  @Test
  void noPasswordIsSaid() throws Exception {
    Settings none = Settings.of("postgres").with("host", server.host()).with("port", server.port());
    Finding error = onlyError(none);
    assertThat(error.message()).contains("password");
    assertThat(error.hint()).contains("set 'password'");
  }

  @Test
  void aRoleWithoutReplicationIsToldTheSql() throws Exception {
    Settings plain = settings().with("user", "plain").with("password", "plain-secret");
    Finding error = onlyError(plain);
    assertThat(error.hint()).isEqualTo("ALTER ROLE \"plain\" REPLICATION;");
    assertCaptureFails(plain, error);
  }

  @Test
  void aRoleThatPgHbaKeepsFromReplicationIsToldTheLine() throws Exception {
    Settings banned = settings().with("user", "banned").with("password", "banned-secret");
    Finding error = onlyError(banned);
    assertThat(error.message()).contains("pg_hba.conf").contains("replication");
    assertThat(error.hint()).contains("host replication banned ").contains("pg_reload_conf");
    assertCaptureFails(banned, error);
  }

  @Test
  void aMissingDatabaseDoesNotPreventABackup() throws Exception {
    Settings missing = settings().with("database", "no/such db?");
    try (Source source = open(missing)) {
      assertThat(source.check())
          .singleElement()
          .satisfies(
              found -> {
                assertThat(found.severity()).isEqualTo(Severity.INFO);
                assertThat(found.message()).contains("no database 'no/such db?'");
              });
      FolderSink sink = new FolderSink(folder);
      source.capture(sink);
      assertThat(sink.findings)
          .singleElement()
          .extracting(Finding::severity)
          .isEqualTo(Severity.INFO);
    }
  }

  @Test
  void aServerThatIsNotThereIsSaid() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Settings absent = settings().with("port", port);
    Finding error = onlyError(absent);
    assertThat(error.message()).contains("127.0.0.1:" + port + " cannot be reached");
    assertCaptureFails(absent, error);
    assertThat(onlyError(settings().with("host", "no-such-host.invalid")).message())
        .contains("'no-such-host.invalid' is not known");
    assertThat(onlyError(settings().with("host", "::1").with("port", port)).message())
        .contains("[::1]:" + port);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      Settings settings =
          settings().with("port", silent.getLocalPort()).with("connect-timeout", "1s");
      assertThat(onlyError(settings).message()).contains(":" + silent.getLocalPort());
    }
  }

  @Test
  void tooFewWalSendersOrSlotsAreSaid() throws Exception {
    try (PgServer small =
        PgServer.of(15)
            .setting("max_wal_senders", "1")
            .setting("max_replication_slots", "0")
            .start()) {
      Settings settings = PostgresCaptureIT.settings(small);
      assertThat(onlyError(settings).hint()).contains("SET max_replication_slots = 1");
      small.execute("alter system set max_replication_slots = 4");
      small.restart();
      Finding error = onlyError(settings);
      assertThat(error.message()).contains("no free walsender");
      assertThat(error.hint()).contains("max_wal_senders");
      assertCaptureFails(settings, error);
      small.execute(
          "alter system set max_wal_senders = 0", "alter system set wal_level = 'minimal'");
      small.restart();
      assertThat(onlyError(settings).hint()).contains("SET wal_level = 'replica'");
    }
  }

  @Test
  void summariesThatAreOffAreRecommended() throws Exception {
    try (PgServer without = PgServer.start(17);
        Source source = open(PostgresCaptureIT.settings(without))) {
      assertThat(source.check())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.INFO);
                assertThat(finding.message()).contains("summarize_wal is off");
                without.execute("ALTER SYSTEM SET summarize_wal = on", "SELECT pg_reload_conf()");
                assertThat(finding.hint())
                    .isEqualTo("ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf();");
              });
      Thread.sleep(500);
      assertThat(source.check()).isEmpty();
    }
  }

  @Test
  void checksumsThatAreOffAreWorthKnowing() throws Exception {
    try (PgServer unchecked =
            PgServer.of(18).setting("summarize_wal", "on").dataChecksums(false).start();
        Source source = open(PostgresCaptureIT.settings(unchecked))) {
      assertThat(source.check())
          .singleElement()
          .satisfies(found -> assertThat(found.hint()).contains("pg_checksums --enable"));
    }
  }

  @Test
  void badSettingsAreNamed() {
    assertThatThrownBy(() -> open(settings().with("host", "a,b")))
        .hasMessageContaining("host: is 'a,b'");
    assertThatThrownBy(() -> open(settings().with("sslmode", "maybe")))
        .hasMessageContaining("verify-full");
  }
}
