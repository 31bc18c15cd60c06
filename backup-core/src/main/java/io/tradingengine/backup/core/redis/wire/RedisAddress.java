package io.tradingengine.backup.core.redis.wire;

import java.nio.file.Path;
import java.util.Objects;

/** Where a Redis server listens. Immutable; prints as messages name it. */
public sealed interface RedisAddress {

  /**
   * A host and a port.
   *
   * @param host a name or an address, IPv6 without brackets
   * @param port 1 to 65535
   */
  record Tcp(String host, int port) implements RedisAddress {
    public Tcp {
      if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "/,?&#@[]".indexOf(c) >= 0)) {
        throw new IllegalArgumentException("is '" + host + "', expected one host name or address");
      }
      if (port < 1 || port > 65535) {
        throw new IllegalArgumentException("is " + port + ", expected a port from 1 to 65535");
      }
    }

    /**
     * Reads {@code host:port}, an IPv6 address in brackets.
     *
     * @throws IllegalArgumentException if it is no such thing
     */
    public static Tcp parse(String text) {
      int colon = text.lastIndexOf(':');
      try {
        if (colon > 0) {
          String host = text.substring(0, colon);
          if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
          }
          return new Tcp(host, Integer.parseInt(text.substring(colon + 1)));
        }
      } catch (IllegalArgumentException e) {
        // Said below, as of any other text that is not host:port.
      }
      throw new IllegalArgumentException("is '" + text + "', expected host:port");
    }

    @Override
    public String toString() {
      return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
  }

  /**
   * A unix socket.
   *
   * @param path its file
   */
  record UnixSocket(Path path) implements RedisAddress {
    public UnixSocket {
      Objects.requireNonNull(path, "path");
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
