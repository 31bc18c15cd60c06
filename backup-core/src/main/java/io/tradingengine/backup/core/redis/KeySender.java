package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tradingengine.backup.core.redis.rdb.DumpPayload;
import io.tradingengine.backup.core.redis.rdb.RdbKey;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Gives keys to one server by {@code RESTORE}, many at a time without waiting for each answer. Used
 * by one thread.
 */
final class KeySender {
  private static final int MOST_UNDER_WAY = 512;
  private static final int PIECE = 1 << 16;

  private final RedisLink link;
  private final byte[] piece = new byte[PIECE];

  /** What was sent and not answered; a change of the database stands for itself. */
  private final Deque<String> underWay = new ArrayDeque<>();

  private int database;
  private long restored;

  KeySender(RedisLink link) {
    this.link = link;
  }

  /** Keys that the server has taken. */
  long restored() {
    return restored;
  }

  /** Sends a key with its value and its expiry. */
  void send(RdbKey key, DumpPayload payload) throws IOException, InterruptedException {
    select(key.database());
    List<byte[]> options = options(key);
    link.beginCommand(4 + options.size());
    argument(ascii("RESTORE"));
    argument(key.name());
    argument(ascii(Long.toString(key.expiresAt().orElse(0))));
    link.beginArgument(payload.length());
    try (InputStream in = payload.open()) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        link.write(ByteBuffer.wrap(piece, 0, count));
      }
    }
    link.endArgument();
    for (byte[] option : options) {
      argument(option);
    }
    underWay.add(key.toString());
    if (underWay.size() >= MOST_UNDER_WAY) {
      await(MOST_UNDER_WAY / 2);
    }
  }

  private static List<byte[]> options(RdbKey key) {
    List<byte[]> options = new ArrayList<>();
    options.add(ascii("REPLACE"));
    options.add(ascii("ABSTTL"));
    key.idleSeconds()
        .ifPresent(
            seconds -> {
              options.add(ascii("IDLETIME"));
              options.add(ascii(Long.toString(seconds)));
            });
    key.frequency()
        .ifPresent(
            frequency -> {
              options.add(ascii("FREQ"));
              options.add(ascii(Integer.toString(frequency)));
            });
    return options;
  }

  private void select(int number) throws IOException, InterruptedException {
    if (number != database) {
      link.send("SELECT", Integer.toString(number));
      underWay.add("");
      database = number;
    }
  }

  private void argument(byte[] bytes) throws IOException, InterruptedException {
    link.beginArgument(bytes.length);
    link.write(ByteBuffer.wrap(bytes));
    link.endArgument();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /** Waits for the answers to all that was sent. */
  void finish() throws IOException, InterruptedException {
    await(0);
  }

  private void await(int left) throws IOException, InterruptedException {
    link.flush();
    while (underWay.size() > left) {
      Reply reply = link.receive();
      String key = underWay.remove();
      if (reply instanceof Reply.Failure failure) {
        throw new IOException(
            link.address()
                + " answered "
                + (key.isEmpty() ? "SELECT" : "RESTORE of the " + key)
                + " with: "
                + failure.text());
      }
      if (!key.isEmpty()) {
        restored++;
      }
    }
  }
}
