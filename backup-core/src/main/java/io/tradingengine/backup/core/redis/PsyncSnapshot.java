package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.core.redis.rdb.RdbVerdict;
import io.tradingengine.backup.core.redis.rdb.RdbVerifier;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import io.tradingengine.backup.core.redis.wire.Reply;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Copies all data of a server as a replica does: {@code PSYNC}, and then the RDB that the server
 * makes of one moment. Redis' documentation, "Replication", and {@code replication.c} have the
 * protocol.
 */
final class PsyncSnapshot {
  private static final Pattern FULL_SYNC =
      Pattern.compile("\\+FULLRESYNC ([0-9a-f]{40}) (\\d{1,18})");

  /** What a replica may call itself for a moment after it has joined its master. */
  private static final String NO_ID = "0".repeat(40);

  private static final Pattern SIZED = Pattern.compile("\\$(\\d{1,18})");
  private static final Pattern MARKED = Pattern.compile("\\$EOF:([\\x21-\\x7e]{40})");

  private final RedisLink link;
  private final Position position;
  private final Instant asOf;

  private PsyncSnapshot(RedisLink link, Position position, Instant asOf) {
    this.link = link;
    this.position = position;
    this.asOf = asOf;
  }

  /**
   * Asks for a snapshot and waits until the server has begun it. After this the link serves for
   * nothing else.
   *
   * @throws RedisReplyException if the server refuses
   */
  static PsyncSnapshot begin(RedisLink link, Clock clock) throws IOException, InterruptedException {
    // A server that knows none of these answers with an error and goes on.
    refuseOnly(link, "NOPERM", link.ask("REPLCONF", "capa", "eof", "capa", "psync2"));
    // So that it keeps no commands for us that we would never take: nothing to overrun.
    link.ask("REPLCONF", "rdb-only", "1");
    link.send("PSYNC", "?", "-1");
    link.flush();
    String line = nextLine(link);
    Matcher full = FULL_SYNC.matcher(line);
    if (full.matches()) {
      if (full.group(1).equals(NO_ID)) {
        throw new IOException(
            "The replica at " + link.address() + " does not know its replication id yet");
      }
      Position position = new Position(full.group(1), Long.parseLong(full.group(2)));
      return new PsyncSnapshot(link, position, clock.instant());
    }
    if (line.startsWith("-")) {
      throw new RedisReplyException(link.address().toString(), "PSYNC", line.substring(1));
    }
    throw new IOException(
        "What listens at " + link.address() + " answered PSYNC with '" + line + "'");
  }

  /** Where the replication stream stood. */
  Position position() {
    return position;
  }

  /** The moment whose state it is. */
  Instant asOf() {
    return asOf;
  }

  /**
   * Copies everything into {@code out}, and does not finish it.
   *
   * @throws ArtifactException if the artifact could not be written
   */
  RdbVerdict copyTo(ArtifactStream out) throws IOException, InterruptedException {
    RdbVerifier verifier = new RdbVerifier();
    try {
      receive(
          bytes -> {
            verifier.update(bytes);
            ArtifactException.guard(() -> out.write(bytes));
          });
      return verifier.finish();
    } catch (EOFException e) {
      throw new IOException(
          e.getMessage()
              + " after "
              + verifier.length()
              + " bytes of its RDB. HINT: its log says why; it gives up on a reader that takes"
              + " nothing for repl-timeout, and on one that outgrows client-output-buffer-limit",
          e);
    }
  }

  private static void refuseOnly(RedisLink link, String code, Reply reply)
      throws RedisReplyException {
    if (reply instanceof Reply.Failure failure && failure.text().startsWith(code)) {
      throw new RedisReplyException(link.address().toString(), "REPLCONF", failure.text());
    }
  }

  /** The next line that says something: a server that is not ready yet sends empty ones. */
  private static String nextLine(RedisLink link) throws IOException, InterruptedException {
    String line = link.readLine();
    while (line.isEmpty()) {
      line = link.readLine();
    }
    return line;
  }

  private void receive(RedisLink.ByteSink sink) throws IOException, InterruptedException {
    String line = nextLine(link);
    Matcher sized = SIZED.matcher(line);
    Matcher marked = MARKED.matcher(line);
    if (sized.matches()) {
      link.transfer(Long.parseLong(sized.group(1)), sink);
    } else if (marked.matches()) {
      new MarkedTransfer(marked.group(1), sink).receive(link);
    } else if (line.startsWith("-")) {
      throw new RedisReplyException(link.address().toString(), "PSYNC", line.substring(1));
    } else {
      throw new IOException("Redis at " + link.address() + " sent '" + line + "' for an RDB");
    }
  }

  /** A transfer of a length that nobody knows, ended by a mark that the server made up. */
  private static final class MarkedTransfer {
    private final byte[] mark;
    private final RedisLink.ByteSink sink;

    /** The last bytes that came: the mark, if it was the end. */
    private final byte[] tail;

    private int held;

    MarkedTransfer(String mark, RedisLink.ByteSink sink) {
      this.mark = mark.getBytes(StandardCharsets.US_ASCII);
      this.sink = sink;
      this.tail = new byte[this.mark.length];
    }

    void receive(RedisLink link) throws IOException, InterruptedException {
      // The server sends nothing after the mark, so it can only stand at the end of a piece.
      while (held < tail.length || !Arrays.equals(tail, mark)) {
        link.transferSome(Integer.MAX_VALUE, this::pass);
      }
    }

    /** Hands on all that is not the tail any more. */
    private void pass(ByteBuffer bytes) throws IOException {
      int surplus = held + bytes.remaining() - tail.length;
      if (surplus > 0) {
        int old = Math.min(surplus, held);
        sink.accept(ByteBuffer.wrap(tail, 0, old));
        System.arraycopy(tail, old, tail, 0, held - old);
        held -= old;
        int fresh = surplus - old;
        sink.accept(bytes.slice(bytes.position(), fresh));
        bytes.position(bytes.position() + fresh);
      }
      int count = bytes.remaining();
      bytes.get(tail, held, count);
      held += count;
    }
  }
}
