package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Redis;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.RedisData;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.contract.SourceContract;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** A server that is restored in its place, while it runs. */
class RedisSourceIT {
  private static final String PASSWORD = "Pa55word-of-the-server";

  @Nested
  class Version6 extends OnlineContract {
    Version6() {
      super(6);
    }
  }

  @Nested
  class Version7 extends OnlineContract {
    Version7() {
      super(7);
    }
  }

  abstract static class OnlineContract extends SourceContract {
    private final int major;
    private RedisServer server;

    OnlineContract(int major) {
      this.major = major;
    }

    @BeforeEach
    void start() {
      server = RedisServer.start(major);
      RedisData.fill(server, 2000);
      server.call("ACL", "SETUSER", "backup", "on", ">" + PASSWORD, "~*", "&*", "+@all");
    }

    @AfterEach
    void stop() {
      server.close();
    }

    @Override
    protected Source open() {
      Redis redis =
          Redis.at(server.host(), server.port()).user("backup").password(Secret.of(PASSWORD));
      return new RedisSourceProvider().open("redis", redis.settings());
    }

    @Override
    protected Object data() {
      return RedisData.contents(server).digest();
    }

    @Override
    protected void change() {
      server.call("INCR", "changes");
      server.call("DEL", "key:1", "bits");
    }

    @Override
    protected RestoreTask task(Captured captured) {
      return new RestoreTask(captured, Optional.empty(), Map.of(), true, bytes -> {});
    }

    @Override
    protected Object target() {
      return List.of(data(), server.info("role"));
    }

    @Override
    protected List<String> secrets() {
      return List.of(PASSWORD);
    }
  }
}
