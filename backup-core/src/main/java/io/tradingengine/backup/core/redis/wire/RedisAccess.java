package io.tradingengine.backup.core.redis.wire;

import io.tradingengine.backup.Redis.TlsMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * As whom to connect, and how. Immutable; the password is asked for at each connection, so that a
 * rotated one is taken up.
 *
 * @param user the ACL user; empty for the default user
 * @param password the password; empty where the server asks for none
 * @param tls how TLS is used
 * @param timeout how long connecting may take, and how long a server that owes us an answer may be
 *     silent
 */
public record RedisAccess(
    Optional<String> user, Supplier<Optional<String>> password, Tls tls, Duration timeout) {

  public RedisAccess {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(timeout, "timeout");
  }

  /**
   * How TLS is used.
   *
   * @param mode whether to encrypt and what to verify
   * @param authorities who may have signed the server's certificate (PEM); empty for the JVM's
   * @param certificate the client's certificate (PEM)
   * @param key the client's private key (PKCS#8, PEM)
   */
  public record Tls(
      TlsMode mode, Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {

    public Tls {
      Objects.requireNonNull(mode, "mode");
    }
  }

  /** Never the password. */
  @Override
  public String toString() {
    return user.orElse("default") + " " + tls.mode();
  }
}
