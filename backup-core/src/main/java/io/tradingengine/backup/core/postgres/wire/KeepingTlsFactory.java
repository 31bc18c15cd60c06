package io.tradingengine.backup.core.postgres.wire;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.ssl.WrappedFactory;
import org.postgresql.util.PSQLException;

/**
 * pgjdbc's own TLS, with libpq's semantics of {@code sslmode}, and keeps the socket that it makes.
 * Public because pgjdbc makes it by its name.
 */
public final class KeepingTlsFactory extends WrappedFactory {
  private final KeptSocket kept;
  private final LibPQFactory libpq;

  /**
   * Called by pgjdbc.
   *
   * @param properties those of the connection
   * @throws PSQLException if the certificates cannot be read
   */
  public KeepingTlsFactory(Properties properties) throws PSQLException {
    this.kept = KeptSocket.of(properties.getProperty("socketFactoryArg", ""));
    this.libpq = new LibPQFactory(properties);
    this.factory = libpq;
  }

  @Override
  public Socket createSocket(Socket plain, String host, int port, boolean autoClose)
      throws IOException {
    Socket socket = super.createSocket(plain, host, port, autoClose);
    kept.keepEncrypted(socket, libpq);
    return socket;
  }
}
