package io.tradingengine.backup.core.redis.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands what a connection receives to the thread that reads it. It stands before lettuce's encoder
 * and keeps everything to itself. Reading from the socket stops while too much waits, so that a
 * slow reader slows the server and does not fill the memory.
 */
final class Inbound extends ChannelInboundHandlerAdapter {
  private static final long MOST_WAITING = 4 << 20;

  private final Channel channel;
  private final Deque<ByteBuf> waiting = new ArrayDeque<>();
  private long bytes;
  private boolean paused;
  private boolean ended;
  private @Nullable Throwable failure;

  Inbound(Channel channel) {
    this.channel = channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf piece = (ByteBuf) message;
    synchronized (this) {
      if (ended) {
        piece.release();
        return;
      }
      waiting.add(piece);
      bytes += piece.readableBytes();
      if (bytes > MOST_WAITING && !paused) {
        paused = true;
        channel.config().setAutoRead(false);
      }
      notifyAll();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // lettuce's handlers have nothing to do with it any more.
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    end(null);
    super.channelInactive(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(cause);
    var unused = context.close();
  }

  private synchronized void end(@Nullable Throwable cause) {
    ended = true;
    if (failure == null) {
      failure = cause;
    }
    notifyAll();
  }

  /**
   * The next piece, which the caller releases.
   *
   * @throws EOFException if the server has closed the connection
   * @throws InterruptedIOException if nothing came for {@code patience}
   */
  synchronized ByteBuf take(Duration patience) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (waiting.isEmpty()) {
      if (failure != null) {
        throw new IOException("the connection broke: " + failure.getMessage(), failure);
      }
      if (ended) {
        throw new EOFException("the server closed the connection");
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new InterruptedIOException(
            "the server has sent nothing for " + patience.toSeconds() + " s");
      }
      wait(left);
    }
    ByteBuf piece = waiting.remove();
    bytes -= piece.readableBytes();
    if (paused && bytes < MOST_WAITING / 2) {
      paused = false;
      channel.config().setAutoRead(true);
    }
    return piece;
  }

  /** Lets go of all that waits; what comes later is dropped. */
  synchronized void discard() {
    ended = true;
    waiting.forEach(ByteBuf::release);
    waiting.clear();
    bytes = 0;
    notifyAll();
  }
}
