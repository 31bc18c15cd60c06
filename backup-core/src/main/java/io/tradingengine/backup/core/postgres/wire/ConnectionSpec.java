package io.tradingengine.backup.core.postgres.wire;

import io.tradingengine.backup.Postgres.SslMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * How to reach a server and as whom. Immutable; the password is asked for at each connection, so
 * that a rotated one is taken up.
 *
 * @param host a host name or an address, IPv6 without brackets
 * @param port its port
 * @param database the database for ordinary queries; replication connections belong to none
 * @param user the role
 * @param password the role's password; empty where the server asks for none
 * @param tls how TLS is used
 * @param timeout how long connecting and logging in may take
 */
public record ConnectionSpec(
    String host,
    int port,
    String database,
    String user,
    Supplier<Optional<String>> password,
    Tls tls,
    Duration timeout) {

  /**
   * How TLS is used, as libpq has it.
   *
   * @param mode whether to encrypt and what to verify
   * @param rootCertificate the authorities that may have signed the server's certificate
   * @param certificate the client's certificate
   * @param key the client's private key, PKCS#8 in DER
   */
  public record Tls(
      SslMode mode,
      Optional<Path> rootCertificate,
      Optional<Path> certificate,
      Optional<Path> key) {

    public Tls {
      Objects.requireNonNull(mode, "mode");
    }
  }

  public ConnectionSpec {
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(tls, "tls");
    // pgjdbc would take a comma for a second host and a slash for the database.
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "/,?&#@[]".indexOf(c) >= 0)) {
      throw new IllegalArgumentException("is '" + host + "', expected one host name or address");
    }
  }

  /** The server, for messages: {@code db.example:5432} or {@code [::1]:5432}. */
  public String address() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  String url() {
    return "jdbc:postgresql://"
        + address()
        + "/"
        + URLEncoder.encode(database, StandardCharsets.UTF_8);
  }

  /** What pgjdbc is told, but for the sockets; holds the password, so never print it. */
  Properties properties(String applicationName) {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    password.get().ifPresent(value -> properties.setProperty("password", value));
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("sslmode", tls.mode.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    tls.rootCertificate.ifPresent(file -> properties.setProperty("sslrootcert", file.toString()));
    tls.certificate.ifPresent(file -> properties.setProperty("sslcert", file.toString()));
    tls.key.ifPresent(file -> properties.setProperty("sslkey", file.toString()));
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("assumeMinServerVersion", "9.4");
    properties.setProperty("tcpKeepAlive", "true");
    long seconds = Math.max(1, timeout.plusMillis(999).toSeconds());
    properties.setProperty("connectTimeout", Long.toString(seconds));
    properties.setProperty("socketTimeout", Long.toString(seconds));
    properties.setProperty("sslResponseTimeout", Long.toString(seconds * 1000));
    // A host program may have set DriverManager's: pgjdbc would then connect in a thread of its
    // own.
    properties.setProperty("loginTimeout", "0");
    return properties;
  }

  @Override
  public String toString() {
    return user + "@" + address() + "/" + database;
  }
}
