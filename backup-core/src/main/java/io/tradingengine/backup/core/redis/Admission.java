package io.tradingengine.backup.core.redis;

import java.net.InetAddress;
import java.util.Objects;

/** How the server that is restored proves that it is the one. Immutable. */
sealed interface Admission {

  /**
   * It was told a password that nobody else knows.
   *
   * @param password used once
   */
  record Password(String password) implements Admission {
    public Password {
      Objects.requireNonNull(password, "password");
    }

    /** Never the password. */
    @Override
    public String toString() {
      return "by a password";
    }
  }

  /**
   * Where it could not be told one: it comes from where it listens, and names the replication id
   * that it has told us, 160 random bits.
   *
   * @param address from where
   * @param replicationId 40 hexadecimal digits
   */
  record Identity(InetAddress address, String replicationId) implements Admission {
    public Identity {
      Objects.requireNonNull(address, "address");
      if (!replicationId.matches("[0-9a-f]{40}")) {
        throw new IllegalArgumentException("not a replication id: '" + replicationId + "'");
      }
    }
  }
}
