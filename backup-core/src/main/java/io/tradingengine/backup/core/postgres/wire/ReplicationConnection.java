package io.tradingengine.backup.core.postgres.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a walsender. Commands and answers belong to one thread; {@link #abort()} and the
 * sending of copy data may come from any.
 *
 * <p>Interrupting a thread that waits for the server closes the connection at once.
 */
public final class ReplicationConnection implements AutoCloseable {
  /** Holds several of the messages that a base backup comes in, and still fits the CPU's cache. */
  private static final int BUFFER_SIZE = 512 << 10;

  private static final int UPLOAD_PIECE = 64 << 10;

  /** What the server sends, as far as a client has to tell it apart. */
  public enum Frame {
    /** The columns of a result set: it begins. */
    COLUMNS,
    /** A row; see {@link #row()}. */
    ROW,
    /** The end of one command's results. */
    COMPLETE,
    /** The server begins to send copy data. */
    COPY_OUT,
    /** The server waits for copy data. */
    COPY_IN,
    /** Copy data go both ways from now on. */
    COPY_BOTH,
    /** Copy data; see {@link #body()}. */
    COPY_DATA,
    /** The server has sent all its copy data. */
    COPY_DONE,
    /** The server waits for the next command. */
    READY
  }

  private final Login login;
  private final Socket socket;
  private final FrameReader frames;
  private final OutputStream out;
  private final Consumer<ServerNotice> notices;
  private volatile boolean idle = true;

  private ReplicationConnection(Login login, Consumer<ServerNotice> notices) throws IOException {
    this.login = login;
    this.notices = notices;
    Socket encrypted = login.encrypted();
    if (encrypted == null) {
      this.socket = login.plain();
      SocketChannel channel = socket.getChannel();
      this.frames = new FrameReader(channel::read, ByteBuffer.allocateDirect(BUFFER_SIZE));
      this.out = new ChannelOutput(channel);
    } else {
      this.socket = encrypted;
      socket.setSoTimeout(0);
      InputStream in = socket.getInputStream();
      this.frames = new FrameReader(into -> readArray(in, into), ByteBuffer.allocate(BUFFER_SIZE));
      this.out = socket.getOutputStream();
    }
  }

  /**
   * Connects.
   *
   * @param applicationName how {@code pg_stat_replication} shows it
   * @param notices told what the server remarks, by the thread that reads
   * @throws SQLException if the server cannot be reached or refuses the login
   * @throws InterruptedException if the thread was interrupted meanwhile
   */
  public static ReplicationConnection open(
      ConnectionSpec spec, String applicationName, Consumer<ServerNotice> notices)
      throws SQLException, IOException, InterruptedException {
    Login login = Login.replication(spec, applicationName);
    try {
      return new ReplicationConnection(login, notices);
    } catch (IOException e) {
      login.connection().close();
      throw e;
    }
  }

  /** Whether the connection is encrypted. */
  public boolean isEncrypted() {
    return login.encrypted() != null;
  }

  /**
   * Executes a command and gives the rows of all its result sets.
   *
   * @throws ServerException if the server refuses it; the connection stays usable
   */
  public List<Row> query(String command) throws IOException {
    send(command);
    List<Row> rows = new ArrayList<>();
    for (Frame frame = next(); frame != Frame.READY; frame = next()) {
      if (frame == Frame.ROW) {
        rows.add(row());
      }
    }
    return rows;
  }

  /**
   * Executes a command that takes copy data, and gives it all of {@code data}.
   *
   * @throws ServerException if the server refuses the command or the data; the connection stays
   *     usable
   */
  public void upload(String command, byte[] data) throws IOException {
    send(command);
    for (Frame frame = next(); frame != Frame.READY; frame = next()) {
      if (frame == Frame.COPY_IN) {
        for (int at = 0; at < data.length; at += UPLOAD_PIECE) {
          sendCopyData(ByteBuffer.wrap(data, at, Math.min(UPLOAD_PIECE, data.length - at)));
        }
        sendCopyDone();
      }
    }
  }

  /** Sends a command; {@link #next()} gives what comes of it. */
  public void send(String command) throws IOException {
    idle = false;
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(text.length + 1).put(text).put((byte) 0).flip();
    write('Q', body);
  }

  /**
   * Goes to what the server sends next, past its notices.
   *
   * @throws ServerException if it is an error; the server then waits for the next command
   * @throws EOFException if the server has closed the connection
   */
  public Frame next() throws IOException {
    while (true) {
      byte type = frames.next();
      Frame frame = frameOf(type);
      if (frame != null) {
        idle = frame == Frame.READY;
        return frame;
      }
      switch (type) {
        case 'E' -> throw failure();
        case 'N' -> notices.accept(ServerNotice.parse(frames.body()));
        case 'S', 'A', 'I' -> {} // a setting has changed; a notification; an empty command
        default ->
            throw new IOException(
                "the server's answer is not understood: a message of type " + type);
      }
    }
  }

  private static @Nullable Frame frameOf(byte type) {
    return switch (type) {
      case 'd' -> Frame.COPY_DATA;
      case 'c' -> Frame.COPY_DONE;
      case 'T' -> Frame.COLUMNS;
      case 'D' -> Frame.ROW;
      case 'C' -> Frame.COMPLETE;
      case 'G' -> Frame.COPY_IN;
      case 'H' -> Frame.COPY_OUT;
      case 'W' -> Frame.COPY_BOTH;
      case 'Z' -> Frame.READY;
      default -> null;
    };
  }

  /** Passes over all that the server sends until it waits for the next command. */
  private ServerException failure() throws IOException {
    ServerException failure = new ServerException(ServerNotice.parse(frames.body()));
    try {
      for (byte type = frames.next(); type != 'Z'; type = frames.next()) {
        if (type == 'N') {
          notices.accept(ServerNotice.parse(frames.body()));
        }
      }
      idle = true;
    } catch (EOFException e) {
      failure.addSuppressed(e); // it was fatal: the server has hung up
    }
    return failure;
  }

  /** The content of a {@link Frame#COPY_DATA}, big endian; valid until {@link #next()}. */
  public ByteBuffer body() {
    return frames.body();
  }

  /** The {@link Frame#ROW} at hand. */
  public Row row() {
    return Row.parse(frames.body());
  }

  /** Sends what remains in {@code data} as one piece of copy data. */
  public void sendCopyData(ByteBuffer data) throws IOException {
    write('d', data);
  }

  /** Says that we send no more copy data. */
  public void sendCopyDone() throws IOException {
    write('c', ByteBuffer.allocate(0));
  }

  private void write(char type, ByteBuffer body) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(1 + Integer.BYTES + body.remaining());
    message.put((byte) type).putInt(Integer.BYTES + body.remaining()).put(body);
    synchronized (out) {
      out.write(message.array());
      out.flush();
    }
  }

  /**
   * Closes the socket at once, whatever goes on: a thread that waits in this connection fails, and
   * the server ends its side.
   */
  public void abort() {
    try {
      login.plain().close();
    } catch (IOException e) {
      // A socket that cannot be closed is closed already.
    }
  }

  /** Says good-bye if the server still listens, and closes. */
  @Override
  public void close() {
    if (!idle) {
      abort(); // the server may be in the middle of a copy and would not listen
    }
    try {
      login.connection().close();
    } catch (SQLException e) {
      // The server is gone already, and so is what we had there.
    }
    abort();
  }

  private static int readArray(InputStream in, ByteBuffer into) throws IOException {
    int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
    if (count > 0) {
      into.position(into.position() + count);
    }
    return count;
  }

  /** Writes to a channel; its socket's own stream would wait for a reader in the same channel. */
  private static final class ChannelOutput extends OutputStream {
    private final SocketChannel channel;

    ChannelOutput(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        if (channel.write(buffer) < 0) {
          throw new ClosedChannelException();
        }
      }
    }
  }
}
