package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Somebody who has connected and may be the server that is restored. Answers as a master does to a
 * replica that introduces itself ({@code syncWithMaster} in the servers' replication.c) and tells
 * nothing to anybody else. Used by one thread; never waits.
 */
final class Visitor implements Closeable {
  /** Far more than a replica has to say. */
  private static final int MOST = 1 << 13;

  private static final int MOST_WORDS = 16;
  private static final int TLS_HANDSHAKE = 0x16;

  private final SocketChannel channel;
  private final Admission admission;
  private final long deadline;
  private final ByteBuffer input = ByteBuffer.allocate(MOST);
  private boolean knowsPassword;
  private boolean isTheOne;

  /**
   * @param channel not blocking
   * @param deadline when it has to be through, as {@link System#nanoTime()} counts
   */
  Visitor(SocketChannel channel, Admission admission, long deadline) {
    this.channel = channel;
    this.admission = admission;
    this.deadline = deadline;
  }

  SocketChannel channel() {
    return channel;
  }

  boolean isLate(long now) {
    return now - deadline > 0;
  }

  /** Whether it has proven to be the server that is restored, and asks for the data. */
  boolean isTheOne() {
    return isTheOne;
  }

  /** What it wants was refused; to be closed. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * Reads what has come, and answers it.
   *
   * @throws RefusedException if it is not the one; says why
   * @throws IOException if it is gone
   */
  void listen() throws IOException {
    if (channel.read(input) < 0) {
      throw new IOException("gone");
    }
    input.flip();
    List<String> command = next();
    while (!command.isEmpty() && !isTheOne) {
      answer(command);
      command = next();
    }
    input.compact();
    if (!input.hasRemaining()) {
      throw new RefusedException("it talks too much");
    }
  }

  private void answer(List<String> command) throws IOException {
    switch (command.get(0).toUpperCase(Locale.ROOT)) {
      case "AUTH" -> authenticate(command);
      case "PING" -> say(mayTalk() ? "+PONG" : "-NOAUTH Authentication required.");
      case "REPLCONF" -> say(mayTalk() ? "+OK" : "-NOAUTH Authentication required.");
      case "PSYNC" -> introduce(command);
      default -> throw new RefusedException("it said something that no replica says first");
    }
  }

  private boolean mayTalk() {
    return knowsPassword || admission instanceof Admission.Identity;
  }

  private void authenticate(List<String> command) throws IOException {
    if (admission instanceof Admission.Identity) {
      say("+OK"); // a password for another master, which proves nothing
      return;
    }
    if (admission instanceof Admission.Password expected
        && command.size() > 1
        && MessageDigest.isEqual(
            command.get(command.size() - 1).getBytes(UTF_8), expected.password().getBytes(UTF_8))) {
      knowsPassword = true;
      say("+OK");
      return;
    }
    say("-WRONGPASS invalid username-password pair or user is disabled.");
    throw new RefusedException("it does not know the one-time password");
  }

  private void introduce(List<String> command) throws IOException {
    if (admission instanceof Admission.Identity expected) {
      requireIdentity(expected, command);
    } else if (!knowsPassword) {
      throw new RefusedException("it does not know the one-time password");
    }
    isTheOne = true;
  }

  private void requireIdentity(Admission.Identity expected, List<String> command)
      throws IOException {
    if (!(channel.getRemoteAddress() instanceof InetSocketAddress from)
        || !from.getAddress().equals(expected.address())) {
      throw new RefusedException(
          "it comes from another address than " + expected.address().getHostAddress());
    }
    if (command.size() < 2 || !command.get(1).equals(expected.replicationId())) {
      throw new RefusedException("it is another server: its replication id differs");
    }
  }

  /** Never more than a few words, which every connection takes at once. */
  private void say(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\r\n").getBytes(UTF_8));
    channel.write(bytes);
    if (bytes.hasRemaining()) {
      throw new RefusedException("it does not read answers");
    }
  }

  /** The next command that is there as a whole; empty if there is none. */
  private List<String> next() throws RefusedException {
    if (!input.hasRemaining()) {
      return List.of();
    }
    int first = input.get(input.position());
    if (first == TLS_HANDSHAKE) {
      throw new RefusedException("it speaks TLS");
    }
    if (first != '*') {
      throw new RefusedException("it said something that no replica says first");
    }
    int start = input.position();
    Optional<Integer> count = number('*');
    if (count.isPresent()) {
      List<String> words = words(count.get());
      if (words.size() == count.get()) {
        return words;
      }
    }
    input.position(start);
    return List.of();
  }

  /** As many words as are there. */
  private List<String> words(int count) throws RefusedException {
    if (count < 1 || count > MOST_WORDS) {
      throw new RefusedException("it sent a command of " + count + " words");
    }
    List<String> words = new ArrayList<>();
    while (words.size() < count) {
      Optional<Integer> length = number('$');
      if (length.isEmpty() || input.remaining() < length.get() + 2) {
        break;
      }
      byte[] word = new byte[length.get()];
      input.get(word);
      input.getShort(); // the line's end
      words.add(new String(word, UTF_8));
    }
    return words;
  }

  /** A line with a number; empty if it is not there as a whole. */
  private Optional<Integer> number(char kind) throws RefusedException {
    int start = input.position();
    for (int at = start; at < input.limit(); at++) {
      if (input.get(at) == '\n') {
        byte[] line = new byte[at + 1 - start];
        input.get(line);
        String text = new String(line, ISO_8859_1).strip();
        if (!text.matches("[" + kind + "][0-9]{1,4}")) {
          throw new RefusedException("it said something that no replica says first");
        }
        return Optional.of(Integer.parseInt(text.substring(1)));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
