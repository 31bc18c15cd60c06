package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.nio.file.Path;

/** A PostgreSQL server, version 15 or newer. Immutable; each method returns new settings. */
public final class Postgres implements SourceSpec {
  private final Settings settings;

  private Postgres(Settings settings) {
    this.settings = settings;
  }

  /** The server that listens there. */
  public static Postgres at(String host, int port) {
    return new Postgres(Settings.of("postgres").with("host", host).with("port", port));
  }

  private Postgres with(String key, Object value) {
    return new Postgres(settings.with(key, value));
  }

  /** The name under which it stands in backups; {@code postgres} by default. */
  public Postgres named(String name) {
    return with("name", name);
  }

  /** Lets a backup that cannot have this server go on without it, degraded. */
  public Postgres optional() {
    return with("optional", true);
  }

  /** The database that preflight queries connect to; {@code postgres} by default. */
  public Postgres database(String database) {
    return with("database", database);
  }

  /** The role that connects; it needs {@code REPLICATION}. {@code postgres} by default. */
  public Postgres user(String user) {
    return with("user", user);
  }

  /** The role's password. */
  public Postgres password(Secret password) {
    return with("password", password);
  }

  /** How TLS is used; {@link SslMode#PREFER} by default, as libpq does. */
  public Postgres sslMode(SslMode mode) {
    return with("sslmode", mode);
  }

  /** The certificates that may have signed the server's, for the verifying modes. */
  public Postgres sslRootCert(Path file) {
    return with("sslrootcert", file);
  }

  /** The client's certificate and its key (PKCS#8, DER), where the server asks for one. */
  public Postgres sslClientCert(Path certificate, Path key) {
    return with("sslcert", certificate).with("sslkey", key);
  }

  /** Where a restore goes that is not told otherwise: the server's data directory. */
  public Postgres dataDirectory(Path directory) {
    return with("data-directory", directory);
  }

  /**
   * The replication slot that archiving uses, made if it is not there; by default {@code backup_}
   * and the source's name. Its name is the connection's {@code application_name} as well.
   */
  public Postgres slot(String name) {
    return with("slot", name);
  }

  /**
   * Acknowledges what is archived at once, so that commits can wait for it: for a slot that {@code
   * synchronous_standby_names} names. Then no acknowledged commit is lost with the server's host.
   */
  public Postgres synchronous() {
    return with("synchronous", true);
  }

  @Override
  public Settings settings() {
    return settings;
  }

  /** libpq's {@code sslmode}, as in PostgreSQL's manual, "SSL Mode Descriptions". */
  public enum SslMode {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL
  }
}
