package io.tradingengine.backup.core.postgres.wire;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.ssl.LibPQFactory;

/**
 * Opens connections by pgjdbc and keeps their sockets.
 *
 * @param connection pgjdbc's connection; holds what has to be closed with the socket
 * @param plain the TCP socket
 * @param encrypted the TLS socket on it, or null
 */
public record Login(Connection connection, Socket plain, @Nullable Socket encrypted) {
  /** Seconds of silence until a dead network is noticed: 60 + 6 × 10. */
  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 60,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 6);

  /**
   * An ordinary connection, for SQL.
   *
   * @throws SQLException if the server cannot be reached or refuses the login
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  public static Connection sql(ConnectionSpec spec, String applicationName)
      throws SQLException, InterruptedException {
    return open(spec, spec.properties(applicationName)).connection();
  }

  /** A connection whose server side is a walsender. */
  static Login replication(ConnectionSpec spec, String applicationName)
      throws SQLException, InterruptedException {
    Properties properties = spec.properties(applicationName);
    properties.setProperty("replication", "true");
    properties.setProperty("preferQueryMode", "simple");
    // Answers may be late while slow destinations hold the WAL up; TCP notices a dead client.
    properties.setProperty(
        "options",
        "-c wal_sender_timeout=10min -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10"
            + " -c tcp_keepalives_count=6");
    return open(spec, properties);
  }

  private static Login open(ConnectionSpec spec, Properties properties)
      throws SQLException, InterruptedException {
    try (KeptSocket kept = KeptSocket.open()) {
      properties.setProperty("socketFactory", KeepingSocketFactory.class.getName());
      properties.setProperty("socketFactoryArg", kept.id());
      properties.setProperty("sslfactory", KeepingTlsFactory.class.getName());
      Connection connection = connect(spec, properties, kept);
      Socket plain = kept.plain();
      if (plain == null) {
        connection.close();
        throw new SQLException("pgjdbc did not ask for a socket");
      }
      keepAlive(plain);
      return new Login(connection, plain, kept.encrypted());
    }
  }

  private static Connection connect(ConnectionSpec spec, Properties properties, KeptSocket kept)
      throws SQLException, InterruptedException {
    try {
      Connection connection = new Driver().connect(spec.url(), properties);
      if (connection == null) {
        throw new SQLException("not an address that pgjdbc understands: " + spec.address());
      }
      return connection;
    } catch (SQLException e) {
      if (Thread.interrupted()) {
        InterruptedException interrupted = new InterruptedException();
        interrupted.initCause(e);
        throw interrupted;
      }
      LibPQFactory libpq = kept.libpq();
      if (libpq != null) {
        // A client key that cannot be read shows as a refused login: say what the matter is.
        libpq.throwKeyManagerException();
      }
      throw e;
    }
  }

  private static void keepAlive(Socket socket) {
    for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
      try {
        if (socket.supportedOptions().contains(option.getKey())) {
          socket.setOption(option.getKey(), option.getValue());
        }
      } catch (IOException e) {
        return; // the connection works without, as its first use will show
      }
    }
  }
}
