package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.Redis.Snapshot;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.redis.RedisState.Method;
import io.tradingengine.backup.core.support.RedisCluster;
import io.tradingengine.backup.core.support.RedisData;
import io.tradingengine.backup.core.support.RedisSentinel;
import io.tradingengine.backup.core.support.RedisServer;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The users that the documentation creates can do their work, and none of their rules is idle. */
class RedisAclIT {
  private static final Path DOCUMENT = Path.of("../docs/redis-and-files.md");
  private static final String PASSWORD = "change-me";

  @TempDir Path folder;

  /** The rules of a user, from the command that creates it. */
  private static List<String> rules(String user) throws IOException {
    Pattern command = Pattern.compile("redis-cli.* ACL SETUSER " + user + " (reset on .*)");
    return Files.readAllLines(DOCUMENT).stream()
        .map(command::matcher)
        .filter(Matcher::matches)
        .map(found -> List.of(found.group(1).replace("'", "").split(" ", -1)))
        .findFirst()
        .orElseThrow();
  }

  private static String[] command(String user, List<String> rules) {
    List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", user));
    command.addAll(rules);
    return command.toArray(String[]::new);
  }

  private static Redis as(String user, Redis redis) {
    return redis
        .user(user)
        .password(Secret.of(PASSWORD))
        .attempts(1)
        .timeout(Duration.ofSeconds(20));
  }

  private static Source source(Redis redis) {
    return new RedisSourceProvider().open("redis", redis.settings());
  }

  private static Redis at(RedisServer server) {
    return Redis.at(server.host(), server.port());
  }

  private interface Work {
    String outcome() throws IOException, InterruptedException;
  }

  /** Takes one rule after the other away, and sees that the outcome is not the same. */
  private static void assertThatNoRuleIsIdle(RedisServer server, String user, Work work)
      throws Exception {
    List<String> all = rules(user);
    server.call(command(user, all));
    String whole = work.outcome();
    for (String rule : all) {
      if (rule.matches("[+~%].*")) {
        List<String> fewer = new ArrayList<>(all);
        fewer.remove(rule);
        server.call(command(user, fewer));
        String outcome;
        try {
          outcome = work.outcome();
        } catch (IOException | BackupException e) {
          outcome = String.valueOf(e.getMessage());
        }
        assertThat(outcome).as("without " + rule).isNotEqualTo(whole);
      }
    }
    server.call(command(user, all));
  }

  private static String backup(Redis redis) throws IOException, InterruptedException {
    Source source = source(redis);
    MemoryCapture capture = new MemoryCapture();
    List<Finding> found = source.check();
    SourceState state = source.capture(capture);
    RedisState parsed = RedisState.parse(state.attributes());
    return found + " " + parsed.method() + parsed.settings() + parsed.keys() + capture.findings();
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  void theBackupUserTakesASnapshot(int major) throws Exception {
    try (RedisServer server = RedisServer.start(major)) {
      RedisData.fill(server, 300);
      server.call(command("backup", rules("backup")));

      assertThat(backup(as("backup", at(server))))
          .startsWith("[] " + Method.PSYNC + "{")
          .contains("appendonly=no")
          .endsWith("[]");
      assertThatNoRuleIsIdle(server, "backup", () -> backup(as("backup", at(server))));
    }
  }

  @Test
  void whatItMayNotDoIsToldBeforehandIfItMayAsk() throws Exception {
    try (RedisServer server = RedisServer.start(7)) {
      List<String> rules = new ArrayList<>(rules("backup"));
      rules.remove("+psync");
      rules.addAll(List.of("+acl|whoami", "+acl|dryrun"));
      server.call(command("backup", rules));

      assertThat(source(as("backup", at(server))).check())
          .singleElement()
          .satisfies(finding -> assertThat(finding.message()).contains("may not use PSYNC"));
    }
  }

  @Test
  void itNeedsTwoRulesMoreForACluster() throws Exception {
    try (RedisCluster cluster = RedisCluster.start()) {
      cluster.set("key", "value");
      List<String> rules = new ArrayList<>(rules("backup"));
      rules.addAll(List.of("+cluster|slots", "+cluster|nodes"));
      cluster.masters().forEach(master -> master.call(command("backup", rules)));

      assertThat(backup(as("backup", Redis.cluster(cluster.seed()))))
          .startsWith("[] " + Method.PSYNC + "{")
          .endsWith("1[]");
    }
  }

  @Test
  void theUserOfSentinelsFindsTheMaster() throws Exception {
    try (RedisServer server = RedisServer.start(7);
        RedisSentinel sentinel = RedisSentinel.start(folder, server)) {
      server.call(command("backup", rules("backup")));
      sentinel.call(command("watcher", rules("watcher")));
      sentinel.call("ACL", "SETUSER", "default", "off");
      Redis redis =
          as("backup", Redis.sentinel(RedisSentinel.MASTER, sentinel.address()))
              .sentinelUser("watcher")
              .sentinelPassword(Secret.of(PASSWORD));

      assertThat(backup(redis)).startsWith("[] " + Method.PSYNC + "{");
    }
  }

  @ParameterizedTest
  @CsvSource({"6,copier62", "7,copier"})
  void theCopierTakesACopyKeyByKey(int major, String user) throws Exception {
    try (RedisServer server = RedisServer.start(major)) {
      RedisData.fill(server, 300);
      server.call(command(user, rules(user)));
      Redis redis = as(user, at(server)).snapshot(Snapshot.SCAN);

      assertThat(backup(redis)).contains(Method.SCAN + "{", "appendonly=no").endsWith("[]");
      assertThatNoRuleIsIdle(server, user, () -> backup(redis));
    }
  }

  @ParameterizedTest
  @CsvSource({"6,restorer,ONLINE", "7,restorer,ONLINE", "6,sender62,COMMANDS", "7,sender,COMMANDS"})
  void theRestoringUserRestores(int major, String user, Restore way) throws Exception {
    try (RedisServer server = RedisServer.start(major);
        RedisServer target = RedisServer.start(major)) {
      RedisData.fill(server, 300);
      MemoryCapture capture = new MemoryCapture();
      Captured captured = capture.captured(source(at(server)).capture(capture));
      target.call(command(user, rules(user)));
      // Something has to go first, so that rules that are for that are not idle.
      Runnable prepare =
          () -> {
            target.call("SET", "old", "value");
            if (major >= 7) {
              target.call(
                  "FUNCTION",
                  "LOAD",
                  "REPLACE",
                  "#!lua name=old\nredis.register_function('old', function() return 1 end)");
            }
          };
      Redis redis = as(user, at(target)).restore(way);
      Work work =
          () -> {
            String outcome = restore(redis, captured) + target.digest();
            prepare.run();
            return outcome;
          };

      prepare.run();
      assertThat(restore(redis, captured))
          .contains(way == Restore.ONLINE ? "online" : "key by key");
      assertEqual(target, server);
      if (way == Restore.COMMANDS) {
        prepare.run();
        assertThatNoRuleIsIdle(target, user, work);
      } else {
        target.call(command(user, List.of("reset", "on", ">" + PASSWORD, "+info", "+replicaof")));
        assertThat(restore(redis, captured)).contains("online");
        assertEqual(target, server);
      }
    }
  }

  private static void assertEqual(RedisServer actual, RedisServer expected) {
    RedisData.Contents mine = RedisData.contents(actual);
    RedisData.Contents theirs = RedisData.contents(expected);
    assertThat(mine.digest()).isEqualTo(theirs.digest());
    assertThat(mine.functions()).isEqualTo(theirs.functions());
    assertThat(mine.groups()).isEqualTo(theirs.groups());
  }

  private static String restore(Redis redis, Captured captured)
      throws IOException, InterruptedException {
    RestoreTask task = new RestoreTask(captured, Optional.empty(), Map.of(), true, bytes -> {});
    try (StagedRestore staged = source(redis).stage(task)) {
      staged.publish();
      return staged.finish().findings().toString();
    }
  }
}
