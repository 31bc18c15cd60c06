package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A Redis or Valkey server, 6.2 or newer: one server, one that Sentinel watches, or a cluster.
 * Immutable; each method returns new settings.
 */
public final class Redis implements SourceSpec {
  private final Settings settings;

  private Redis(Settings settings) {
    this.settings = settings;
  }

  /** The server that listens there. */
  public static Redis at(String host, int port) {
    return new Redis(Settings.of("redis").with("host", host).with("port", port));
  }

  /** The server that listens at a unix socket of this machine. */
  public static Redis socket(Path socket) {
    return new Redis(Settings.of("redis").with("socket", socket));
  }

  /**
   * The master of that name, asked of Sentinel at each use.
   *
   * @param master the name that the sentinels know it by, such as {@code trading}
   * @param sentinels {@code host:port} of one or more sentinels
   */
  public static Redis sentinel(String master, String... sentinels) {
    return new Redis(
        Settings.of("redis").with("sentinel-master", master).with("sentinels", List.of(sentinels)));
  }

  /**
   * A cluster: every master is captured.
   *
   * @param nodes {@code host:port} of one or more nodes, from which the others are learnt
   */
  public static Redis cluster(String... nodes) {
    return new Redis(Settings.of("redis").with("cluster", List.of(nodes)));
  }

  private Redis with(String key, Object value) {
    return new Redis(settings.with(key, Objects.requireNonNull(value, key)));
  }

  /** The name under which it stands in backups; {@code redis} by default. */
  public Redis named(String name) {
    return with("name", name);
  }

  /** Lets a backup that cannot have this store go on without it, degraded. */
  public Redis optional() {
    return with("optional", true);
  }

  /** The ACL user; the default user without this. */
  public Redis user(String user) {
    return with("user", user);
  }

  /** The user's password. */
  public Redis password(Secret password) {
    return with("password", password);
  }

  /** The ACL user of the sentinels, where they ask for one. */
  public Redis sentinelUser(String user) {
    return with("sentinel-user", user);
  }

  /** The password of the sentinels, where they ask for one. */
  public Redis sentinelPassword(Secret password) {
    return with("sentinel-password", password);
  }

  /** How TLS is used; {@link TlsMode#DISABLE} by default. */
  public Redis tls(TlsMode mode) {
    return with("tls", mode);
  }

  /** Who may have signed the server's certificate (PEM); without this, whom the JVM trusts. */
  public Redis tlsRootCert(Path file) {
    return with("tls-ca", file);
  }

  /** The client's certificate and its key (PEM, the key as PKCS#8), where the server asks. */
  public Redis tlsClientCert(Path certificate, Path key) {
    return with("tls-cert", certificate).with("tls-key", key);
  }

  /** A replica to copy from, so that the master need not fork. */
  public Redis replica(String host, int port) {
    return with("replica", host + ":" + port);
  }

  /** With Sentinel or a cluster: copies from a replica wherever there is one. */
  public Redis preferReplicas() {
    return with("prefer-replicas", true);
  }

  /** How the data is copied; {@link Snapshot#AUTO} by default. */
  public Redis snapshot(Snapshot method) {
    return with("snapshot", method);
  }

  /** How the data is brought back; {@link Restore#AUTO} by default. */
  public Redis restore(Restore method) {
    return with("restore", method);
  }

  /** Where a restore goes that is to write files and is not told otherwise: the server's dir. */
  public Redis dataDirectory(Path directory) {
    return with("data-directory", directory);
  }

  /**
   * Where the server that is restored reaches this process, if that is not the address from which
   * this process reaches the server.
   *
   * @param host a name or an address that the server can connect to
   * @param port the port to listen at; 0 for any free one
   */
  public Redis restoreFrom(String host, int port) {
    return with("restore-host", host).with("restore-port", port);
  }

  /** A {@code redis-server} that tries out restored files before they take their place. */
  public Redis tryWith(Path redisServer) {
    return with("try-with", redisServer);
  }

  /** How often a copy that breaks off is begun, in all; 5 by default. */
  public Redis attempts(int attempts) {
    return with("attempts", attempts);
  }

  /** How long connecting may take, and how long a server may be silent; 60 s by default. */
  public Redis timeout(Duration timeout) {
    return with("timeout", timeout);
  }

  @Override
  public Settings settings() {
    return settings;
  }

  /** How TLS is used. */
  public enum TlsMode {
    /** Not at all. */
    DISABLE,
    /** The connection is encrypted, whoever the server is. */
    REQUIRE,
    /** The server's certificate must be signed by somebody trusted. */
    VERIFY_CA,
    /** It must also bear the server's name. */
    VERIFY_FULL
  }

  /** How the data is copied. */
  public enum Snapshot {
    /** By PSYNC, or where that is refused by SCAN; the backup says which. */
    AUTO,
    /** As a replica does: a point in time with a known offset. */
    PSYNC,
    /** Key by key, as managed services allow: not a point in time. */
    SCAN
  }

  /** How the data is brought back. */
  public enum Restore {
    /** What the target allows: online, or else by commands. */
    AUTO,
    /** The target becomes a replica of this process for a while: exact. */
    ONLINE,
    /** Key by key with RESTORE, as managed services and clusters allow. */
    COMMANDS,
    /** Files in the server's directory, while it does not run. */
    OFFLINE
  }
}
