package io.tradingengine.backup.core.redis;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port at which the server that is restored introduces itself as a replica. Lets that one in, and
 * nobody else. Used by one thread.
 */
final class ReplicaDoor implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(ReplicaDoor.class);

  /** Who waits at a time; beyond that, who has waited longest is sent away. */
  private static final int MOST = 64;

  /** How long somebody may take to introduce himself. */
  private static final Duration INTRODUCTION = Duration.ofSeconds(10);

  private static final long LONGEST_SLEEP_MILLIS = 500;

  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Deque<Visitor> visitors = new ArrayDeque<>();
  private @Nullable String refusal;

  private ReplicaDoor(Selector selector, ServerSocketChannel listener) {
    this.selector = selector;
    this.listener = listener;
  }

  /**
   * Opens it.
   *
   * @param at where to listen; port 0 for any free one
   */
  static ReplicaDoor open(InetSocketAddress at) throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel listener = ServerSocketChannel.open();
    ReplicaDoor door = new ReplicaDoor(selector, listener);
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listener.bind(at, MOST);
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
      return door;
    } catch (IOException e) {
      door.close();
      throw new IOException(
          "Cannot listen at " + at + " for the server that is restored: " + e.getMessage(), e);
    }
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  /**
   * Waits for the one, and closes the door behind him.
   *
   * @return his connection, which is not blocking; null if he has not come in time
   */
  @Nullable SocketChannel admit(Admission admission, Duration patience)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (long now = System.nanoTime(); now - deadline < 0; now = System.nanoTime()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - now) + 1;
      selector.select(Math.min(left, LONGEST_SLEEP_MILLIS));
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting for the server to connect");
      }
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.attachment() instanceof Visitor visitor) {
          hear(visitor);
          if (visitor.isTheOne()) {
            return letIn(visitor);
          }
        } else {
          accept(admission);
        }
      }
      selector.selectedKeys().clear();
      sendAwayLate();
    }
    return null;
  }

  /** Why the last one was refused who was; null if nobody was. */
  @Nullable String refusal() {
    return refusal;
  }

  private void accept(Admission admission) throws IOException {
    SocketChannel channel = listener.accept();
    while (channel != null) {
      if (visitors.size() >= MOST) {
        sendAway(visitors.remove());
      }
      channel.configureBlocking(false);
      Visitor visitor = new Visitor(channel, admission, System.nanoTime() + INTRODUCTION.toNanos());
      visitors.add(visitor);
      channel.register(selector, SelectionKey.OP_READ, visitor);
      channel = listener.accept();
    }
  }

  private void hear(Visitor visitor) {
    try {
      visitor.listen();
    } catch (Visitor.RefusedException e) {
      refusal = e.getMessage();
      log.debug("Refused a connection: {}", refusal);
      visitors.remove(visitor);
      sendAway(visitor);
    } catch (IOException e) {
      visitors.remove(visitor); // gone already
      sendAway(visitor);
    }
  }

  private void sendAwayLate() {
    long now = System.nanoTime();
    while (!visitors.isEmpty() && visitors.element().isLate(now)) {
      sendAway(visitors.remove());
    }
  }

  private static void sendAway(Visitor visitor) {
    try {
      visitor.close();
    } catch (IOException e) {
      log.debug("A connection that was refused did not close", e);
    }
  }

  private SocketChannel letIn(Visitor visitor) throws IOException {
    visitors.remove(visitor);
    SelectionKey key = visitor.channel().keyFor(selector);
    key.cancel();
    close();
    return visitor.channel();
  }

  /** Closes the port, and sends everybody away who is not in. */
  @Override
  public void close() throws IOException {
    while (!visitors.isEmpty()) {
      sendAway(visitors.remove());
    }
    listener.close();
    selector.close();
  }
}
