package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Joins a server as a replica does, for the commands that come after a position (Redis' {@code
 * replication.c}). Used by one thread.
 */
final class ReplicaLink {
  private static final Pattern FULL_SYNC =
      Pattern.compile("\\+FULLRESYNC ([0-9a-f]{40}) (\\d{1,18})");
  private static final Pattern CONTINUE = Pattern.compile("\\+CONTINUE(?: ([0-9a-f]{40}))?");
  private static final Pattern SIZED = Pattern.compile("\\$(\\d{1,18})");

  private final RedisLink link;

  ReplicaLink(RedisLink link) {
    this.link = link;
  }

  /** Where the stream goes on. */
  sealed interface Joined {}

  /**
   * Right after the position that was asked for.
   *
   * @param id the stream's name from here on
   */
  record Continued(String id) implements Joined {}

  /**
   * Only after a snapshot, which was passed over.
   *
   * @param position where the stream goes on
   */
  record Restarted(Position position) implements Joined {}

  /**
   * Joins; on return, the commands follow.
   *
   * @throws RedisReplyException if the server refuses
   */
  Joined join(Position after) throws IOException, InterruptedException {
    // Without "eof": an RDB, if there has to be one, comes with its length before it.
    link.ask("REPLCONF", "capa", "psync2");
    link.send("PSYNC", after.replicationId(), Long.toString(after.offset() + 1));
    link.flush();
    String line = nextLine();
    Matcher goesOn = CONTINUE.matcher(line);
    if (goesOn.matches()) {
      String id = goesOn.group(1);
      return new Continued(id == null ? after.replicationId() : id);
    }
    Matcher full = FULL_SYNC.matcher(line);
    if (!full.matches()) {
      throw line.startsWith("-")
          ? new RedisReplyException(link.address().toString(), "PSYNC", line.substring(1))
          : new IOException(
              "What listens at " + link.address() + " answered PSYNC with '" + line + "'");
    }
    passOverSnapshot();
    return new Restarted(new Position(full.group(1), Long.parseLong(full.group(2))));
  }

  private void passOverSnapshot() throws IOException, InterruptedException {
    String line = nextLine();
    Matcher sized = SIZED.matcher(line);
    if (!sized.matches()) {
      throw new IOException("Redis at " + link.address() + " sent '" + line + "' for an RDB");
    }
    link.transfer(Long.parseLong(sized.group(1)), bytes -> {});
  }

  private String nextLine() throws IOException, InterruptedException {
    String line = link.readLine();
    while (line.isEmpty()) {
      line = link.readLine();
    }
    return line;
  }
}
