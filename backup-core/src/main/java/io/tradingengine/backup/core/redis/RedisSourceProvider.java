package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.Redis.Snapshot;
import io.tradingengine.backup.Redis.TlsMode;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.redis.RedisTopology.CopyFrom;
import io.tradingengine.backup.core.redis.wire.RedisAccess;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes sources of the type {@code redis}: Redis 6.2 or newer, or Valkey. */
public final class RedisSourceProvider implements SourceProvider {
  private static final SettingsKey<String> HOST =
      SettingsKey.text("host").doc("The server's name or address; localhost by default");
  private static final SettingsKey<Integer> PORT =
      SettingsKey.integer("port", 1, 65535).doc("The server's port; 6379 by default");
  private static final SettingsKey<Path> SOCKET =
      SettingsKey.path("socket").doc("The server's unix socket, instead of host and port");
  private static final SettingsKey<String> REPLICA =
      SettingsKey.text("replica").doc("host:port of a replica to copy from");
  private static final SettingsKey<String> SENTINEL_MASTER =
      SettingsKey.text("sentinel-master").doc("The name by which sentinels know the master");
  private static final SettingsKey<List<String>> SENTINELS =
      SettingsKey.texts("sentinels").doc("host:port of the sentinels, instead of host and port");
  private static final SettingsKey<List<String>> CLUSTER =
      SettingsKey.texts("cluster").doc("host:port of nodes of a cluster, instead of host and port");
  private static final SettingsKey<Boolean> PREFER_REPLICAS =
      SettingsKey.flag("prefer-replicas")
          .orElse(false)
          .doc("With Sentinel or a cluster: copies from a replica where there is one");
  private static final SettingsKey<String> USER =
      SettingsKey.text("user").doc("The ACL user; the default user without it");
  private static final SettingsKey<Secret> PASSWORD =
      SettingsKey.secret("password").doc("The user's password");
  private static final SettingsKey<String> SENTINEL_USER =
      SettingsKey.text("sentinel-user").doc("The ACL user of the sentinels");
  private static final SettingsKey<Secret> SENTINEL_PASSWORD =
      SettingsKey.secret("sentinel-password").doc("The password of the sentinels");
  private static final SettingsKey<TlsMode> TLS =
      SettingsKey.choice("tls", TlsMode.class).orElse(TlsMode.DISABLE).doc("How TLS is used");
  private static final SettingsKey<Path> TLS_CA =
      SettingsKey.path("tls-ca").doc("Who may have signed the server's certificate (PEM)");
  private static final SettingsKey<Path> TLS_CERT =
      SettingsKey.path("tls-cert").doc("The client's certificate (PEM)");
  private static final SettingsKey<Path> TLS_KEY =
      SettingsKey.path("tls-key").doc("The client's private key (PKCS#8, PEM)");
  private static final SettingsKey<Snapshot> SNAPSHOT =
      SettingsKey.choice("snapshot", Snapshot.class)
          .orElse(Snapshot.AUTO)
          .doc("By PSYNC, or key by key where that is refused");
  private static final SettingsKey<Integer> ATTEMPTS =
      SettingsKey.integer("attempts", 1, 100)
          .orElse(5)
          .doc("How often a copy that breaks off is begun, in all");
  private static final SettingsKey<Duration> TIMEOUT =
      SettingsKey.duration("timeout")
          .orElse(Duration.ofSeconds(60))
          .doc("How long connecting may take, and how long a server may be silent");
  private static final SettingsKey<Restore> RESTORE =
      SettingsKey.choice("restore", Restore.class)
          .orElse(Restore.AUTO)
          .doc("How the data is brought back");
  private static final SettingsKey<Path> DATA_DIRECTORY =
      SettingsKey.path("data-directory").doc("The server's dir, for a restore into files");
  private static final SettingsKey<String> RESTORE_HOST =
      SettingsKey.text("restore-host").doc("Where a restored server reaches this process");
  private static final SettingsKey<Integer> RESTORE_PORT =
      SettingsKey.integer("restore-port", 0, 65535)
          .orElse(0)
          .doc("The port for that; 0 for any free one");
  private static final SettingsKey<Path> TRY_WITH =
      SettingsKey.path("try-with").doc("A redis-server that tries out restored files");

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** For {@link java.util.ServiceLoader}. */
  public RedisSourceProvider() {}

  @Override
  public String type() {
    return RedisSource.TYPE;
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of(
        HOST,
        PORT,
        SOCKET,
        REPLICA,
        SENTINEL_MASTER,
        SENTINELS,
        CLUSTER,
        PREFER_REPLICAS,
        USER,
        PASSWORD,
        SENTINEL_USER,
        SENTINEL_PASSWORD,
        TLS,
        TLS_CA,
        TLS_CERT,
        TLS_KEY,
        SNAPSHOT,
        ATTEMPTS,
        TIMEOUT,
        RESTORE,
        DATA_DIRECTORY,
        RESTORE_HOST,
        RESTORE_PORT,
        TRY_WITH);
  }

  @Override
  public Source open(String name, Settings settings) {
    Problems problems = new Problems(settings);
    RedisTopology topology = topology(settings, problems);
    refuseIdle(settings, problems);
    problems.throwIfAny();
    RedisAccess access = access(settings, USER, PASSWORD);
    RedisSettings capture =
        new RedisSettings(
            name,
            topology,
            access,
            access(settings, SENTINEL_USER, SENTINEL_PASSWORD),
            settings.get(SNAPSHOT),
            new RedisSettings.Retry(settings.get(ATTEMPTS), FIRST_PAUSE, LONGEST_PAUSE));
    RestoreSettings restore =
        new RestoreSettings(
            capture,
            settings.get(RESTORE),
            settings.find(DATA_DIRECTORY),
            new RestoreSettings.ReachedAt(settings.find(RESTORE_HOST), settings.get(RESTORE_PORT)),
            settings.find(TRY_WITH));
    return new RedisSource(restore);
  }

  private static RedisAccess access(
      Settings settings, SettingsKey<String> user, SettingsKey<Secret> password) {
    Supplier<Optional<String>> reveal = () -> settings.find(password).map(settings::reveal);
    RedisAccess.Tls tls =
        new RedisAccess.Tls(
            settings.get(TLS),
            settings.find(TLS_CA),
            settings.find(TLS_CERT),
            settings.find(TLS_KEY));
    return new RedisAccess(settings.find(user), reveal, tls, settings.get(TIMEOUT));
  }

  /** What is set and would do nothing was meant otherwise: such as TLS, or another user. */
  private static void refuseIdle(Settings settings, Problems problems) {
    if (settings.get(TLS) == TlsMode.DISABLE) {
      for (SettingsKey<?> key : List.of(TLS_CA, TLS_CERT, TLS_KEY)) {
        problems.addIfSet(key, "does nothing without TLS, expected 'tls' beside it");
      }
    }
    if (settings.find(TLS_CERT).isEmpty()) {
      problems.addIfSet(TLS_KEY, "stands alone, expected 'tls-cert' beside it");
    }
    if (settings.find(PASSWORD).isEmpty()) {
      problems.addIfSet(USER, "stands alone, expected 'password' beside it");
    }
    if (settings.find(SENTINELS).isEmpty()) {
      for (SettingsKey<?> key : List.of(SENTINEL_MASTER, SENTINEL_USER, SENTINEL_PASSWORD)) {
        problems.addIfSet(key, "stands alone, expected 'sentinels' beside it");
      }
    }
    if (settings.find(SENTINELS).isPresent() || settings.find(CLUSTER).isPresent()) {
      problems.addIfSet(REPLICA, "is for a single server, expected 'prefer-replicas' instead");
    }
    if (settings.get(TIMEOUT).isZero()) {
      problems.add(TIMEOUT, "is zero, expected at least a second");
    }
  }

  private static RedisTopology topology(Settings settings, Problems problems) {
    List<SettingsKey<?>> ways = new ArrayList<>();
    for (SettingsKey<?> key : List.of(HOST, SOCKET, SENTINELS, CLUSTER)) {
      if (settings.find(key).isPresent()) {
        ways.add(key);
      }
    }
    if (ways.size() > 1) {
      problems.add(ways.get(1), "stands beside '" + ways.get(0) + "', expected only one of them");
    }
    CopyFrom preference = settings.get(PREFER_REPLICAS) ? CopyFrom.REPLICA : CopyFrom.MASTER;
    if (settings.find(SENTINELS).isPresent()) {
      if (settings.find(SENTINEL_MASTER).isEmpty()) {
        problems.add(SENTINEL_MASTER, "is missing, expected the name that SENTINEL MASTERS shows");
      }
      return new RedisTopology.Sentinel(
          settings.find(SENTINEL_MASTER).orElse(""),
          problems.addresses(SENTINELS, settings.get(SENTINELS)),
          preference);
    }
    if (settings.find(CLUSTER).isPresent()) {
      return new RedisTopology.Cluster(
          problems.addresses(CLUSTER, settings.get(CLUSTER)), preference);
    }
    Optional<RedisAddress> replica =
        settings.find(REPLICA).stream()
            .flatMap(text -> problems.addresses(REPLICA, List.of(text)).stream())
            .findFirst();
    return new RedisTopology.Single(
        settings
            .find(SOCKET)
            .<RedisAddress>map(RedisAddress.UnixSocket::new)
            .orElseGet(() -> problems.address(settings)),
        replica);
  }

  /** Collects what is wrong, so that all of it is said at once. */
  private static final class Problems {
    private final Settings settings;
    private final List<String> found = new ArrayList<>();

    Problems(Settings settings) {
      this.settings = settings;
    }

    void add(SettingsKey<?> key, String problem) {
      found.add(settings.place() + "." + key.name() + ": " + problem);
    }

    void addIfSet(SettingsKey<?> key, String problem) {
      if (settings.find(key).isPresent()) {
        add(key, problem);
      }
    }

    RedisAddress address(Settings from) {
      String host = from.find(HOST).orElse("localhost");
      int port = from.find(PORT).orElse(6379);
      try {
        return new RedisAddress.Tcp(host, port);
      } catch (IllegalArgumentException e) {
        add(HOST, String.valueOf(e.getMessage()));
        return new RedisAddress.Tcp("localhost", port);
      }
    }

    List<RedisAddress> addresses(SettingsKey<?> key, List<String> texts) {
      List<RedisAddress> addresses = new ArrayList<>();
      for (String text : texts) {
        try {
          addresses.add(RedisAddress.Tcp.parse(text));
        } catch (IllegalArgumentException e) {
          add(key, String.valueOf(e.getMessage()));
        }
      }
      if (texts.isEmpty()) {
        add(key, "is empty, expected host:port");
      }
      return addresses;
    }

    void throwIfAny() {
      if (!found.isEmpty()) {
        throw new InvalidConfigException(found);
      }
    }
  }
}
