package io.tradingengine.backup.core.postgres.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;

/**
 * Makes the sockets of one login and keeps them. Public because pgjdbc makes it by its name.
 *
 * <p>A socket of a channel is closed when a thread that waits in it is interrupted; connecting,
 * logging in and copying all end at once that way.
 */
public final class KeepingSocketFactory extends SocketFactory {
  private final KeptSocket kept;

  /**
   * Called by pgjdbc.
   *
   * @param id {@code socketFactoryArg}
   */
  public KeepingSocketFactory(String id) {
    this.kept = KeptSocket.of(id);
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = SocketChannel.open().socket();
    kept.keepPlain(socket);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connect(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connect(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort)
      throws IOException {
    return connect(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
      throws IOException {
    return connect(new InetSocketAddress(host, port));
  }

  private Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = createSocket();
    try {
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
