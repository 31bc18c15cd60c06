package io.tradingengine.backup.core.redis.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one Redis server that lettuce has opened and logged in, and on which we speak the
 * protocol RESP2 ourselves: commands, pipelines, and what follows a {@code PSYNC}. Used by one
 * thread at a time; only {@link #close()} may come from another.
 *
 * <p>Every method that waits throws {@link InterruptedException} if the thread is interrupted, and
 * an {@link IOException} if the server is gone or silent for too long. Its messages name the
 * server.
 */
public final class RedisLink implements Closeable {
  private static final int LONGEST_LINE = 1 << 16;
  private static final int DEEPEST = 16;
  private static final int MOST_ELEMENTS = 1 << 20;
  private static final int LONGEST_BULK = 512 << 20;
  private static final int FLUSH_AT = 1 << 16;

  /** Takes pieces of what a server sends. */
  @FunctionalInterface
  public interface ByteSink {
    /**
     * Takes one piece.
     *
     * @param bytes valid only during the call
     */
    void accept(ByteBuffer bytes) throws IOException;
  }

  private final RedisAddress address;
  private final Channel channel;
  private final Inbound inbound;
  private final Duration patience;
  private @Nullable ByteBuf piece;
  private @Nullable ByteBuf queued;
  private @Nullable ChannelFuture lastWrite;

  RedisLink(RedisAddress address, Channel channel, Inbound inbound, Duration patience) {
    this.address = address;
    this.channel = channel;
    this.inbound = inbound;
    this.patience = patience;
  }

  /** The server. */
  public RedisAddress address() {
    return address;
  }

  /** Our end of the connection; empty for a unix socket. */
  public Optional<InetSocketAddress> localAddress() {
    return channel.localAddress() instanceof InetSocketAddress local
        ? Optional.of(local)
        : Optional.empty();
  }

  /** The server's end of the connection; empty for a unix socket. */
  public Optional<InetSocketAddress> remoteAddress() {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? Optional.of(remote)
        : Optional.empty();
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @throws RedisReplyException if the answer is an error
   */
  public Reply call(String... words) throws IOException, InterruptedException {
    Reply reply = ask(words);
    if (reply instanceof Reply.Failure failure) {
      throw new RedisReplyException(address.toString(), words[0], failure.text());
    }
    return reply;
  }

  /** Sends a command and waits for its answer, which may be an error. */
  public Reply ask(String... words) throws IOException, InterruptedException {
    send(words);
    flush();
    return receive();
  }

  /** Queues a command of UTF-8 words; {@link #receive()} has its answer. */
  public void send(String... words) throws IOException, InterruptedException {
    byte[][] arguments = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      arguments[i] = words[i].getBytes(UTF_8);
    }
    send(arguments);
  }

  /** Queues a command; {@link #receive()} has its answer. */
  public void send(byte[]... arguments) throws IOException, InterruptedException {
    beginCommand(arguments.length);
    for (byte[] argument : arguments) {
      beginArgument(argument.length);
      write(ByteBuffer.wrap(argument));
      endArgument();
    }
  }

  /** Begins a command of that many arguments, each of which is written on its own. */
  public void beginCommand(int arguments) throws IOException, InterruptedException {
    line('*', arguments);
  }

  /** Begins an argument; exactly {@code length} bytes are to be written. */
  public void beginArgument(long length) throws IOException, InterruptedException {
    line('$', length);
  }

  /** Ends an argument. */
  public void endArgument() throws IOException, InterruptedException {
    queue(2).writeByte('\r').writeByte('\n');
  }

  private void line(char kind, long number) throws IOException, InterruptedException {
    ByteBuf buffer = queue(24).writeByte(kind);
    buffer.writeCharSequence(Long.toString(number), UTF_8);
    buffer.writeByte('\r').writeByte('\n');
  }

  /** Queues bytes as they are; waits while the server does not take what was sent before. */
  public void write(ByteBuffer bytes) throws IOException, InterruptedException {
    while (bytes.hasRemaining()) {
      int count = Math.min(bytes.remaining(), FLUSH_AT);
      ByteBuffer part = bytes.slice(bytes.position(), count);
      queue(count).writeBytes(part);
      bytes.position(bytes.position() + count);
    }
  }

  /** Room for {@code count} bytes more. */
  private ByteBuf queue(int count) throws IOException, InterruptedException {
    ByteBuf buffer = queued;
    if (buffer != null && buffer.readableBytes() + count > FLUSH_AT) {
      flush();
      buffer = null;
    }
    if (buffer == null) {
      buffer = channel.alloc().buffer(Math.max(count, 1024), Math.max(count, FLUSH_AT));
      queued = buffer;
    }
    return buffer;
  }

  /** Sends what was queued; waits while the server takes nothing. */
  public void flush() throws IOException, InterruptedException {
    ByteBuf buffer = queued;
    if (buffer == null) {
      return;
    }
    queued = null;
    ChannelFuture before = lastWrite;
    // From our place in the pipeline towards the socket: lettuce's encoder is passed by.
    ChannelHandlerContext place = channel.pipeline().context(inbound);
    if (place == null) {
      buffer.release();
      throw new EOFException("Redis at " + address + " has closed the connection");
    }
    lastWrite = place.writeAndFlush(buffer);
    if (before != null && !channel.isWritable()) {
      await(lastWrite);
    }
  }

  private void await(ChannelFuture write) throws IOException, InterruptedException {
    if (!write.await(patience.toMillis())) {
      throw new IOException(
          "Redis at " + address + " has taken nothing for " + patience.toSeconds() + " s");
    }
    if (!write.isSuccess()) {
      throw new IOException(
          "Sending to Redis at " + address + " failed: " + reason(write.cause()), write.cause());
    }
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null || cause.getMessage() == null
        ? "the connection is closed"
        : cause.getMessage();
  }

  /** The next answer. A bulk is held in memory: for large ones there is {@link #receiveBulk}. */
  public Reply receive() throws IOException, InterruptedException {
    return receive(0);
  }

  private Reply receive(int depth) throws IOException, InterruptedException {
    String line = readLine();
    if (line.isEmpty()) {
      throw malformed("an empty line");
    }
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> new Reply.Status(rest);
      case '-' -> new Reply.Failure(rest);
      case ':' -> new Reply.Numeric(number(rest));
      case '$' -> bulk(number(rest));
      case '*' -> array(number(rest), depth);
      default -> throw malformed("'" + line.charAt(0) + "'");
    };
  }

  private Reply bulk(long length) throws IOException, InterruptedException {
    if (length < 0) {
      return new Reply.Bulk(null);
    }
    if (length > LONGEST_BULK) {
      throw malformed("a bulk of " + length + " bytes");
    }
    // Grows with what comes: whoever announces much has not sent it yet.
    byte[] bytes = new byte[(int) Math.min(length, FLUSH_AT)];
    int filled = 0;
    while (filled < length) {
      if (filled == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * filled));
      }
      ByteBuffer target = ByteBuffer.wrap(bytes, filled, bytes.length - filled);
      filled += transferSome(target.remaining(), target::put);
    }
    endOfBulk();
    return new Reply.Bulk(bytes);
  }

  private Reply array(long count, int depth) throws IOException, InterruptedException {
    if (count > MOST_ELEMENTS || depth > DEEPEST) {
      throw malformed("a list of " + count + " elements, " + depth + " deep");
    }
    List<Reply> elements = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      elements.add(receive(depth + 1));
    }
    return new Reply.Array(elements);
  }

  /**
   * The beginning of an answer that is a bulk, of which {@link #transfer} then gives the bytes and
   * {@link #endOfBulk} the end.
   *
   * @return its length; -1 if there is none
   * @throws RedisReplyException if the answer is an error
   */
  public long receiveBulk(String what) throws IOException, InterruptedException {
    String line = readLine();
    if (line.startsWith("-")) {
      throw new RedisReplyException(address.toString(), what, line.substring(1));
    }
    if (!line.startsWith("$")) {
      throw malformed("'" + line + "'");
    }
    return number(line.substring(1));
  }

  /** Passes over the end of a bulk. */
  public void endOfBulk() throws IOException, InterruptedException {
    if (!readLine().isEmpty()) {
      throw malformed("more than the bulk's length");
    }
  }

  /** One line of what the server sends, without its end. */
  public String readLine() throws IOException, InterruptedException {
    StringBuilder line = new StringBuilder();
    while (true) {
      ByteBuf source = source();
      int end = source.bytesBefore((byte) '\n');
      int count = end < 0 ? source.readableBytes() : end;
      line.append(source.readCharSequence(count, UTF_8));
      if (end >= 0) {
        source.skipBytes(1);
        int last = line.length() - 1;
        if (last >= 0 && line.charAt(last) == '\r') {
          line.setLength(last);
        }
        return line.toString();
      }
      if (line.length() > LONGEST_LINE) {
        throw malformed("a line without an end");
      }
    }
  }

  /**
   * Hands on the next bytes.
   *
   * @param count how many
   */
  public void transfer(long count, ByteSink sink) throws IOException, InterruptedException {
    long left = count;
    while (left > 0) {
      left -= transferSome(left, sink);
    }
  }

  /**
   * Hands on what has come, at least one byte; waits if nothing has.
   *
   * @param most how many bytes at most
   * @return how many
   */
  public int transferSome(long most, ByteSink sink) throws IOException, InterruptedException {
    ByteBuf source = source();
    int count = (int) Math.min(most, source.readableBytes());
    sink.accept(source.nioBuffer(source.readerIndex(), count));
    source.skipBytes(count);
    return count;
  }

  /** A piece with at least one byte. */
  private ByteBuf source() throws IOException, InterruptedException {
    ByteBuf current = piece;
    while (current == null || !current.isReadable()) {
      if (current != null) {
        piece = null;
        current.release();
      }
      try {
        current = inbound.take(patience);
      } catch (EOFException e) {
        throw (EOFException)
            new EOFException("Redis at " + address + ": " + e.getMessage()).initCause(e);
      } catch (IOException e) {
        throw new IOException("Redis at " + address + ": " + e.getMessage(), e);
      }
      piece = current;
    }
    return current;
  }

  private long number(String digits) throws IOException {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw malformed("'" + digits + "' for a number");
    }
  }

  private IOException malformed(String what) {
    return new IOException(
        "What listens at " + address + " sent " + what + "; is it a Redis server?");
  }

  /** Ends the connection at once. */
  @Override
  public void close() {
    var unused = channel.close();
    inbound.discard();
  }

  /** Lets go of the buffers; called by the connector, once nobody uses the link any more. */
  void release() {
    close();
    if (piece != null) {
      piece.release();
      piece = null;
    }
    if (queued != null) {
      queued.release();
      queued = null;
    }
  }
}
