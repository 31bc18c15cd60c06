package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisAccess;
import java.time.Duration;

/** How a stream is followed: a server that has nothing to say pings every ten seconds. */
final class FollowAccess {
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private FollowAccess() {}

  static RedisAccess patient(RedisAccess access) {
    Duration patience = access.timeout().compareTo(SILENCE) > 0 ? access.timeout() : SILENCE;
    return new RedisAccess(access.user(), access.password(), access.tls(), patience);
  }
}
