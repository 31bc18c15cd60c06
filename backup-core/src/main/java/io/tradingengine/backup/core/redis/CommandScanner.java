package io.tradingengine.backup.core.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Finds out where commands end in a replication stream (RESP arrays of bulk strings, and inline
 * commands, as Redis' {@code networking.c} reads them), and where none is within a transaction.
 * Holds nothing of the commands but the beginning of their names. Not safe for concurrent use.
 */
final class CommandScanner {
  private static final int LONGEST_NAME = 16;
  private static final int LONGEST_INLINE = 1 << 16;
  private static final long MOST_ARGUMENTS = 1 << 30;
  private static final long LONGEST_ARGUMENT = 1L << 40;

  private enum State {
    /** Between commands. */
    START,
    /** After the star: how many arguments. */
    COUNT,
    /** An argument's dollar sign. */
    DOLLAR,
    /** An argument's length. */
    LENGTH,
    /** An argument's bytes, and the end of its line. */
    BYTES,
    /** A command on one line. */
    INLINE
  }

  private final byte[] name = new byte[LONGEST_NAME];
  private State state = State.START;
  private int nameLength;
  private boolean naming;
  private long number;
  private boolean digits;
  private long arguments;
  private long rest;
  private boolean transaction;
  private long consumed;
  private long boundary;

  /** How many bytes were scanned. */
  long consumed() {
    return consumed;
  }

  /** How many of them end with a whole command outside a transaction. */
  long boundary() {
    return boundary;
  }

  /**
   * Scans what remains of {@code bytes}, which is consumed.
   *
   * @throws MalformedStreamException if it is no stream of commands
   */
  void scan(ByteBuffer bytes) throws MalformedStreamException {
    while (bytes.hasRemaining()) {
      if (state == State.BYTES) {
        skip(bytes);
      } else {
        consumed++;
        step(bytes.get());
      }
    }
  }

  private void skip(ByteBuffer bytes) {
    int count = (int) Math.min(rest, bytes.remaining());
    if (naming) {
      for (int i = 0; i < count && nameLength < LONGEST_NAME; i++) {
        name[nameLength++] = bytes.get(bytes.position() + i);
      }
    }
    bytes.position(bytes.position() + count);
    consumed += count;
    rest -= count;
    if (rest == 0) {
      naming = false;
      arguments--;
      state = State.DOLLAR;
      if (arguments == 0) {
        end();
      }
    }
  }

  private void step(byte b) throws MalformedStreamException {
    switch (state) {
      case START -> start(b);
      case COUNT -> {
        if (number(b)) {
          arguments = number;
          if (arguments > MOST_ARGUMENTS) {
            throw malformed("a command of " + arguments + " arguments");
          }
          state = State.DOLLAR;
          if (arguments == 0) {
            end();
          }
        }
      }
      case DOLLAR -> {
        if (b != '$') {
          throw malformed("no argument where one is due");
        }
        begin(State.LENGTH);
      }
      case LENGTH -> {
        if (number(b)) {
          if (number > LONGEST_ARGUMENT) {
            throw malformed("an argument of " + number + " bytes");
          }
          rest = number + 2;
          state = State.BYTES;
        }
      }
      case INLINE -> {
        if (b == '\n') {
          end();
        } else if (++rest > LONGEST_INLINE) {
          throw malformed("a line without an end");
        }
      }
      case BYTES -> throw new IllegalStateException("skipped");
    }
  }

  private void start(byte b) throws MalformedStreamException {
    nameLength = 0;
    if (b == '*') {
      naming = true;
      begin(State.COUNT);
    } else if (b == '\n' || b == '\r') {
      end(); // A master that has nothing to send may keep the connection alive so.
    } else if (b >= 'A' && b <= 'z') {
      rest = 0;
      state = State.INLINE;
    } else {
      throw malformed("the byte " + b + " where a command begins");
    }
  }

  private void begin(State next) {
    state = next;
    number = 0;
    digits = false;
  }

  /** Takes a byte of a number; returns whether it is complete. */
  private boolean number(byte b) throws MalformedStreamException {
    if (b == '\n' && digits) {
      return true;
    }
    if (b >= '0' && b <= '9' && number < LONGEST_ARGUMENT) {
      number = number * 10 + (b - '0');
      digits = true;
      return false;
    }
    if (b == '\r' && digits) {
      return false;
    }
    throw malformed("no number where one is due");
  }

  private void end() {
    String command =
        new String(name, 0, nameLength, StandardCharsets.ISO_8859_1)
            .toUpperCase(Locale.ROOT)
            .strip();
    switch (command) {
      case "MULTI" -> transaction = true;
      case "EXEC", "DISCARD" -> transaction = false;
      default -> {}
    }
    state = State.START;
    if (!transaction) {
      boundary = consumed;
    }
  }

  private static MalformedStreamException malformed(String what) {
    return new MalformedStreamException("the command stream has " + what);
  }
}
