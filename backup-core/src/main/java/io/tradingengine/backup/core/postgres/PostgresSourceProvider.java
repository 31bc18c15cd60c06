package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Postgres.SslMode;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Makes sources of the type {@code postgres}: a PostgreSQL server, version 15 or newer. */
public final class PostgresSourceProvider implements SourceProvider {
  private static final SettingsKey<String> HOST =
      SettingsKey.text("host").orElse("localhost").doc("The server's name or address");
  private static final SettingsKey<Integer> PORT =
      SettingsKey.integer("port", 1, 65535).orElse(5432).doc("The server's port");
  private static final SettingsKey<String> DATABASE =
      SettingsKey.text("database")
          .orElse("postgres")
          .doc("The database that preflight queries connect to; all databases are backed up");
  private static final SettingsKey<String> USER =
      SettingsKey.text("user").orElse("postgres").doc("The role that connects, with REPLICATION");
  private static final SettingsKey<Secret> PASSWORD =
      SettingsKey.secret("password").doc("The role's password");
  private static final SettingsKey<SslMode> SSL_MODE =
      SettingsKey.choice("sslmode", SslMode.class)
          .orElse(SslMode.PREFER)
          .doc("How TLS is used, as libpq has it");
  private static final SettingsKey<Path> SSL_ROOT_CERT =
      SettingsKey.path("sslrootcert").doc("Who may have signed the server's certificate (PEM)");
  private static final SettingsKey<Path> SSL_CERT =
      SettingsKey.path("sslcert").doc("The client's certificate (PEM)");
  private static final SettingsKey<Path> SSL_KEY =
      SettingsKey.path("sslkey").doc("The client's private key (PKCS#8, DER)");
  private static final SettingsKey<Path> DATA_DIRECTORY =
      SettingsKey.path("data-directory").doc("Where a restore goes that is not told otherwise");
  private static final SettingsKey<Duration> CONNECT_TIMEOUT =
      SettingsKey.duration("connect-timeout")
          .orElse(Duration.ofSeconds(10))
          .doc("How long connecting and logging in may take");

  private static final SettingsKey<String> SLOT =
      SettingsKey.text("slot")
          .doc(
              "The replication slot that archiving uses; by default backup_ and the source's name");
  private static final SettingsKey<Boolean> SYNCHRONOUS =
      SettingsKey.flag("synchronous")
          .orElse(false)
          .doc(
              "Whether commits wait for archiving: for synchronous_standby_names, which names the"
                  + " slot");

  /** For {@link java.util.ServiceLoader}. */
  public PostgresSourceProvider() {}

  @Override
  public String type() {
    return PostgresSource.TYPE;
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of(
        HOST,
        PORT,
        DATABASE,
        USER,
        PASSWORD,
        SSL_MODE,
        SSL_ROOT_CERT,
        SSL_CERT,
        SSL_KEY,
        DATA_DIRECTORY,
        SLOT,
        SYNCHRONOUS,
        CONNECT_TIMEOUT);
  }

  @Override
  public Source open(String name, Settings settings) {
    ConnectionSpec.Tls tls =
        new ConnectionSpec.Tls(
            settings.get(SSL_MODE),
            settings.find(SSL_ROOT_CERT),
            settings.find(SSL_CERT),
            settings.find(SSL_KEY));
    return new PostgresSource(
        name, connection(settings, tls), wal(name, settings), settings.find(DATA_DIRECTORY));
  }

  private static WalOptions wal(String name, Settings settings) {
    String slot = settings.find(SLOT).orElse(SlotName.of(name));
    if (!SlotName.isValid(slot)) {
      throw new InvalidConfigException(
          List.of(
              settings.place()
                  + "."
                  + SLOT.name()
                  + ": is '"
                  + slot
                  + "', expected lower-case letters, digits and underscores"));
    }
    return new WalOptions(
        slot,
        settings.get(SYNCHRONOUS) ? WalOptions.Mode.SYNCHRONOUS : WalOptions.Mode.ASYNCHRONOUS,
        WalOptions.PATIENCE);
  }

  private static ConnectionSpec connection(Settings settings, ConnectionSpec.Tls tls) {
    try {
      return new ConnectionSpec(
          settings.get(HOST),
          settings.get(PORT),
          settings.get(DATABASE),
          settings.get(USER),
          () -> settings.find(PASSWORD).map(settings::reveal),
          tls,
          settings.get(CONNECT_TIMEOUT));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(
          List.of(settings.place() + "." + HOST.name() + ": " + e.getMessage()));
    }
  }
}
