package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a connection was not made, and what to do about it. */
final class Problems {
  private final String source;
  private final ConnectionSpec spec;

  Problems(String source, ConnectionSpec spec) {
    this.source = source;
    this.spec = spec;
  }

  /** What it was that pgjdbc failed at. */
  enum Purpose {
    SQL,
    REPLICATION
  }

  /** The failure as an exception for whoever has to stop at it. */
  IOException exception(SQLException failure, Purpose purpose) {
    Finding finding = explain(failure, purpose);
    return new IOException(
        finding.message() + (finding.hint().isEmpty() ? "" : " HINT: " + finding.hint()), failure);
  }

  /** The failure as an error of a check. */
  Finding explain(SQLException failure, Purpose purpose) {
    String state = Optional.ofNullable(failure.getSQLState()).orElse("");
    return switch (state) {
      case SqlStates.INVALID_PASSWORD -> wrongPassword();
      case SqlStates.INVALID_AUTHORIZATION -> refused(failure, purpose);
      case SqlStates.INSUFFICIENT_PRIVILEGE -> mayNotReplicate(spec.user());
      case SqlStates.UNKNOWN_DATABASE ->
          error(
              "there is no database '" + spec.database() + "' at " + spec.address(),
              "set 'database' to one that exists, such as postgres");
      case SqlStates.TOO_MANY_CONNECTIONS -> tooMany(failure, purpose);
      case SqlStates.CONNECTION_REJECTED ->
          error(
              "the login of the role '"
                  + spec.user()
                  + "' at "
                  + spec.address()
                  + " failed: "
                  + said(failure),
              "set 'password' to the role's, and check how pg_hba.conf has it authenticated");
      case SqlStates.CANNOT_CONNECT_NOW ->
          error(
              "PostgreSQL at "
                  + spec.address()
                  + " does not accept connections now: "
                  + said(failure),
              "wait until it has started");
      default -> unreachable(failure);
    };
  }

  Finding mayNotReplicate(String role) {
    return error(
        "the role '" + role + "' may not replicate",
        "ALTER ROLE " + quoted(role) + " REPLICATION;");
  }

  private Finding wrongPassword() {
    return error(
        "PostgreSQL at "
            + spec.address()
            + " refuses the password of the role '"
            + spec.user()
            + "'",
        "set 'password' to the role's, or the role's by ALTER ROLE "
            + quoted(spec.user())
            + " PASSWORD '…';");
  }

  private Finding refused(SQLException failure, Purpose purpose) {
    String said = said(failure);
    if (!said.contains("pg_hba.conf")) {
      return error(
          "PostgreSQL at " + spec.address() + " refuses the role '" + spec.user() + "': " + said,
          "check that the role exists, may log in, and how pg_hba.conf has it authenticated");
    }
    boolean encryptedOnly = said.contains("no encryption");
    String what = purpose == Purpose.SQL ? quotedIfNeeded(spec.database()) : "replication";
    return error(
        "pg_hba.conf at "
            + spec.address()
            + " does not let the role '"
            + spec.user()
            + "' connect to "
            + (purpose == Purpose.SQL ? "the database '" + spec.database() + "'" : "replication")
            + " from here"
            + (encryptedOnly ? " without encryption" : ""),
        "add the line 'host "
            + what
            + " "
            + quotedIfNeeded(spec.user())
            + " <this host's address>/32 scram-sha-256' to pg_hba.conf and run SELECT"
            + " pg_reload_conf(); the server said: "
            + said);
  }

  private Finding tooMany(SQLException failure, Purpose purpose) {
    String said = said(failure);
    if (purpose == Purpose.REPLICATION && said.contains("max_wal_senders")) {
      return noWalSender();
    }
    return error(
        "PostgreSQL at " + spec.address() + " has no free connection: " + said,
        "close connections, or raise max_connections and restart the server");
  }

  Finding noWalSender() {
    return error(
        "PostgreSQL at "
            + spec.address()
            + " has no free walsender, and a backup needs two (one for the data, one for the WAL)",
        "ALTER SYSTEM SET max_wal_senders = <two more>; then restart the server");
  }

  private Finding unreachable(SQLException failure) {
    String where = "PostgreSQL at " + spec.address();
    SSLException tls = find(failure, SSLException.class);
    if (tls != null) {
      return error(
          where + " was reached, but TLS failed: " + innermost(tls),
          "check that 'sslrootcert' holds the authority that signed the server's certificate, and"
              + " 'sslmode'");
    }
    if (said(failure).contains("hostnameverifier")) {
      return error(
          where + " has a certificate that is not for the name '" + spec.host() + "'",
          "set 'host' to a name in the server's certificate, or sslmode to verify-ca");
    }
    if (find(failure, UnknownHostException.class) != null
        || find(failure, UnresolvedAddressException.class) != null) {
      return error(
          "the host '" + spec.host() + "' is not known", "check 'host', or the name service");
    }
    if (find(failure, ConnectException.class) != null
        || find(failure, NoRouteToHostException.class) != null
        || find(failure, SocketTimeoutException.class) != null) {
      return error(
          where + " cannot be reached: " + innermost(failure),
          "check 'host' and 'port', that the server runs, its listen_addresses, and the firewall");
    }
    return error(where + " refuses the connection: " + said(failure), "see the server's log");
  }

  private Finding error(String message, String hint) {
    return Finding.error(source, message, hint);
  }

  /** The message on one line. */
  private static String said(Throwable failure) {
    return String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ").trim();
  }

  private static String innermost(Throwable failure) {
    Throwable inner = failure;
    while (inner.getCause() != null && inner.getCause() != inner) {
      inner = inner.getCause();
    }
    return said(inner);
  }

  private static <T> @Nullable T find(Throwable failure, Class<T> type) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
    }
    return null;
  }

  /** An SQL identifier. */
  static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  private static String quotedIfNeeded(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : quoted(name);
  }
}
