package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Redis.Snapshot;
import io.tradingengine.backup.core.redis.rdb.Flavour;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import io.tradingengine.backup.core.redis.wire.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what stands in the way of a capture, by connecting as the capture will. Changes nothing
 * and asks for nothing that costs the server a fork.
 */
final class RedisPreflight {
  private static final String DOCS = "docs/redis-and-files.md";

  private final RedisSettings settings;
  private final Connections connections;
  private final List<Finding> findings = new ArrayList<>();

  RedisPreflight(RedisSettings settings, Connections connections) {
    this.settings = settings;
    this.connections = connections;
  }

  List<Finding> run() throws InterruptedException {
    try {
      for (Node node : connections.nodes().find()) {
        check(node);
      }
    } catch (RedisReplyException e) {
      findings.add(refusal(e));
    } catch (IOException e) {
      error(
          e.getMessage(),
          "start it, or mend host, port and TLS of the source '" + settings.name() + "'");
    } catch (BackupException e) {
      // The password cannot be had: its variable is not set, or its file is not there.
      error(String.valueOf(e.getMessage()), "");
    }
    return List.copyOf(findings);
  }

  /** The first server of a node that can be copied from is enough; the others give warnings. */
  private void check(Node node) throws IOException, InterruptedException {
    List<RedisAddress> order = node.copyFrom(settings.copyFrom());
    for (RedisAddress address : order.subList(0, order.size() - 1)) {
      if (checkReplica(address)) {
        return;
      }
    }
    try (RedisLink link = connections.servers().connect(node.master())) {
      checkServer(link, ServerFacts.of(link));
    }
  }

  private boolean checkReplica(RedisAddress address) throws InterruptedException {
    String problem;
    try (RedisLink link = connections.servers().connect(address)) {
      ServerFacts facts = ServerFacts.of(link);
      if (!facts.isReplica() || facts.isLinkedToMaster()) {
        checkServer(link, facts);
        return true;
      }
      problem = "it does not follow its master at the moment";
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    }
    warning(
        "the replica at " + address + " cannot be copied from: " + problem,
        "mend it; until then the master is copied from");
    return false;
  }

  private void checkServer(RedisLink link, ServerFacts facts)
      throws IOException, InterruptedException {
    RedisAddress address = link.address();
    if (facts.isSentinel()) {
      error(address + " is a sentinel", "name it in 'sentinels', with 'sentinel-master'");
      return;
    }
    if (isTooOld(facts)) {
      error(address + " is version " + facts.version() + ", too old", "use Redis 6.2 or newer");
    }
    if (facts.isLoading()) {
      warning(
          address + " is loading its data; a backup tries again for a while",
          "wait until it has loaded");
    } else if (facts.isReplica() && !facts.isLinkedToMaster()) {
      warning(
          address
              + " is a replica that does not follow its master at the moment; a backup tries"
              + " again for a while",
          "mend the link between them, or name the master");
    }
    checkTopology(address, facts);
    checkPrivileges(link, facts);
  }

  private static boolean isTooOld(ServerFacts facts) {
    String version = facts.version();
    return facts.flavour() == Flavour.REDIS
        && (facts.major() < 6 || version.startsWith("6.0.") || version.startsWith("6.1."))
        && facts.major() > 0;
  }

  private void checkTopology(RedisAddress address, ServerFacts facts) {
    boolean expected = settings.topology() instanceof RedisTopology.Cluster;
    if (facts.inCluster() && !expected) {
      error(
          address + " is a node of a cluster, so it holds only a part of the data",
          "name the cluster's nodes in 'cluster' instead of host and port");
    } else if (!facts.inCluster() && expected) {
      error(address + " is no node of a cluster", "name it by host and port");
    }
  }

  private void checkPrivileges(RedisLink link, ServerFacts facts)
      throws IOException, InterruptedException {
    if (settings.snapshot() == Snapshot.SCAN) {
      findings.add(
          Finding.info(
              settings.name(), "keys are copied one by one (snapshot): not a point in time"));
    } else {
      checkPsync(link, facts);
    }
    if (ServerConfiguration.get(link, "appendonly").isEmpty()) {
      findings.add(
          Finding.info(
              settings.name(),
              "the configuration of "
                  + link.address()
                  + " may not be read (CONFIG GET): a restore into files takes it that"
                  + " appendonly is no"));
    }
  }

  /** Asks whether PSYNC is allowed, where a server can be asked: from 7.0 on. */
  private void checkPsync(RedisLink link, ServerFacts facts)
      throws IOException, InterruptedException {
    Reply who = link.ask("ACL", "WHOAMI");
    if (facts.major() < 7 || who instanceof Reply.Failure) {
      return;
    }
    for (String[] command : new String[][] {{"PSYNC", "?", "-1"}, {"REPLCONF", "capa", "eof"}}) {
      String[] question = new String[3 + command.length];
      question[0] = "ACL";
      question[1] = "DRYRUN";
      question[2] = who.text();
      System.arraycopy(command, 0, question, 3, command.length);
      Reply answer = link.ask(question);
      if (answer instanceof Reply.Bulk refusal) {
        psyncRefused(link, who.text(), command[0], refusal.text());
        return;
      }
    }
  }

  private void psyncRefused(RedisLink link, String user, String command, String reason) {
    String message =
        "the user '" + user + "' may not use " + command + " at " + link.address() + ": " + reason;
    String hint = "ACL SETUSER " + user + " +psync +replconf";
    if (settings.snapshot() == Snapshot.PSYNC) {
      error(message, hint);
    } else {
      warning(message + "; keys are copied one by one then, which is not a point in time", hint);
    }
  }

  private Finding refusal(RedisReplyException e) {
    String hint =
        switch (e.code()) {
          case "WRONGPASS" -> "set 'user' and 'password' to those of an ACL user, or requirepass";
          case "NOAUTH" -> "set 'password', and 'user' where ACL users are in use";
          case "NOPERM" -> "give the user what " + DOCS + " lists";
          case "LOADING", "MASTERDOWN", "CLUSTERDOWN" -> "wait until it serves again";
          default -> "";
        };
    return Finding.error(settings.name(), Optional.ofNullable(e.getMessage()).orElse(""), hint);
  }

  private void warning(String message, String hint) {
    findings.add(Finding.warning(settings.name(), message, hint));
  }

  private void error(@Nullable String message, String hint) {
    findings.add(Finding.error(settings.name(), message == null ? "" : message, hint));
  }
}
