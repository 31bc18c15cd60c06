package io.tradingengine.backup.core.redis.wire;

import java.io.IOException;

/** The server refused a command. */
public final class RedisReplyException extends IOException {
  private static final long serialVersionUID = 1;

  private final String reply;

  /**
   * @param server which server, as messages name it
   * @param what which command, without its arguments: they may hold a password
   * @param reply the server's line, such as {@code NOPERM …}
   */
  public RedisReplyException(String server, String what, String reply) {
    super("Redis at " + server + " answered " + what + " with: " + reply);
    this.reply = reply;
  }

  /** The first word of the server's line, such as {@code NOPERM} or {@code ERR}. */
  public String code() {
    int space = reply.indexOf(' ');
    return space < 0 ? reply : reply.substring(0, space);
  }

  /** The server's line. */
  public String reply() {
    return reply;
  }
}
