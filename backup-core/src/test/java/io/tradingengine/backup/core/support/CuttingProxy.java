package io.tradingengine.backup.core.support;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy on 127.0.0.1 that cuts connections: each new one after as many bytes from the server
 * as the next limit says, and without a limit when nobody set one any more.
 */
public final class CuttingProxy implements Closeable {
  private final ServerSocket listener;
  private volatile int target;
  private final Queue<Long> limits = new ConcurrentLinkedQueue<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicLong cuts = new AtomicLong();
  private final AtomicLong toServer = new AtomicLong();

  /** A proxy in front of a port of this machine. */
  public CuttingProxy(int target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  /** Cuts the connections to come, one after each number of bytes. */
  public CuttingProxy cutAfter(long... bytes) {
    for (long limit : bytes) {
      limits.add(limit);
    }
    return this;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections were cut. */
  public long cuts() {
    return cuts.get();
  }

  /** How many bytes were sent to the server in all. */
  public long bytesToServer() {
    return toServer.get();
  }

  /** Leads connections to come to another port. */
  public void retarget(int port) {
    target = port;
  }

  /** Cuts all connections that there are. */
  public void cutNow() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        Long limit = limits.poll();
        start(() -> copy(client, server, Long.MAX_VALUE));
        start(() -> copy(server, client, limit == null ? Long.MAX_VALUE : limit));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void copy(Socket from, Socket to, long limit) {
    byte[] buffer = new byte[1 << 14];
    long left = limit;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        out.write(buffer, 0, (int) Math.min(count, left));
        if (from.getLocalPort() == port()) {
          toServer.addAndGet(count);
        }
        left -= count;
        if (left <= 0) {
          cuts.incrementAndGet();
          return;
        }
      }
    } catch (IOException e) {
      // one of the two is gone, and the other with it
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "cutting proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
