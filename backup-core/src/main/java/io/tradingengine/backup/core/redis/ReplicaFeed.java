package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends an RDB to a replica, all but its tail, and then holds the replica there: one that writes to
 * disk first keeps its own data until the last byte is in. What keeps the connection alive
 * meanwhile is a newline before the RDB, or one byte of it. Safe for use by several threads.
 */
final class ReplicaFeed implements Closeable {
  /** How much is held back; at a byte a second, it lasts for 18 hours. */
  static final int TAIL = 1 << 16;

  private static final ByteBuffer NEWLINE = ByteBuffer.wrap(new byte[] {'\n'}).asReadOnlyBuffer();

  private final SocketChannel channel;
  private final Selector selector;
  private final Duration patience;
  private final Thread keeper;
  private final ByteBuffer tail = ByteBuffer.allocate(TAIL);

  /** How much of the RDB is to come before the tail. */
  private long head = -1;

  private boolean ends;
  private @Nullable IOException failure;

  /**
   * Begins with the connection of a replica that has sent PSYNC.
   *
   * @param channel not blocking; closed with this
   * @param patience for how long the replica may take nothing
   * @param pulse how often something is sent
   */
  ReplicaFeed(SocketChannel channel, Duration patience, Duration pulse) throws IOException {
    this.channel = channel;
    this.patience = patience;
    this.selector = Selector.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    channel.register(selector, SelectionKey.OP_WRITE);
    keeper = new Thread(() -> keepAlive(pulse), "redis-restore-keepalive");
    keeper.setDaemon(true);
  }

  /** Answers PSYNC. */
  synchronized void acceptFullSync(String replicationId, long offset) throws IOException {
    send("+FULLRESYNC " + replicationId + " " + offset + "\r\n");
    keeper.start();
  }

  /** Says how long the RDB is; as much as may be is sent from now on. */
  synchronized void begin(long length) throws IOException {
    send("$" + length + "\r\n");
    head = Math.max(0, length - TAIL);
  }

  /** Takes the next bytes, and sends them or keeps them for the end. */
  synchronized void accept(byte[] bytes, int offset, int length) throws IOException {
    throwIfFailed();
    int now = (int) Math.min(head, length);
    if (now > 0) {
      write(ByteBuffer.wrap(bytes, offset, now));
      head -= now;
    }
    tail.put(bytes, offset + now, length - now);
  }

  /** Sends what was held back. From here on, the replica replaces its data. */
  synchronized void complete() throws IOException {
    throwIfFailed();
    ends = true;
    tail.flip();
    write(tail);
  }

  /** Sends commands, once the replica has loaded the RDB. */
  synchronized void send(byte[] bytes, int offset, int length) throws IOException {
    throwIfFailed();
    write(ByteBuffer.wrap(bytes, offset, length));
  }

  /** Whether the connection still stands, as far as can be told without sending. */
  synchronized boolean isOpen() {
    if (failure != null) {
      return false;
    }
    ByteBuffer anything = ByteBuffer.allocate(1 << 12);
    try {
      int count = channel.read(anything);
      while (count > 0) {
        anything.clear(); // newlines while it loads, acknowledgements afterwards
        count = channel.read(anything);
      }
      return count == 0;
    } catch (IOException e) {
      failure = e;
      return false;
    }
  }

  private void send(String text) throws IOException {
    throwIfFailed();
    write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
  }

  private void throwIfFailed() throws IOException {
    if (failure != null) {
      throw new IOException(
          "the server that is restored closed the connection: its log says why", failure);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    try {
      long taken = System.nanoTime();
      while (bytes.hasRemaining()) {
        RestoreJob.throwIfInterrupted();
        if (channel.write(bytes) > 0) {
          taken = System.nanoTime();
          continue;
        }
        long left = patience.minusNanos(System.nanoTime() - taken).toMillis();
        if (left <= 0) {
          throw new EOFException("it has taken nothing for " + patience.toSeconds() + " s");
        }
        selector.select(left);
        selector.selectedKeys().clear();
      }
    } catch (InterruptedIOException e) {
      throw e;
    } catch (ClosedByInterruptException e) {
      failure = e;
      throw e;
    } catch (IOException e) {
      failure = e;
      throwIfFailed();
    }
  }

  private void keepAlive(Duration pulse) {
    try {
      while (true) {
        Thread.sleep(pulse.toMillis());
        if (!beat()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // Closed: nobody is to be kept alive any more.
    }
  }

  /** Sends the least that can be; returns whether there is anybody to send to. */
  private synchronized boolean beat() {
    if (ends || failure != null) {
      return false;
    }
    try {
      if (head < 0) {
        channel.write(NEWLINE.duplicate());
      } else if (head == 0 && tail.position() > 1) {
        giveOneByte();
      }
      return true;
    } catch (IOException e) {
      failure = e;
      return false;
    }
  }

  private void giveOneByte() throws IOException {
    tail.flip();
    ByteBuffer first = tail.duplicate().limit(1);
    channel.write(first);
    tail.position(first.position());
    tail.compact();
  }

  /** Ends the connection. */
  @Override
  public void close() throws IOException {
    keeper.interrupt();
    channel.close();
    selector.close();
  }
}
