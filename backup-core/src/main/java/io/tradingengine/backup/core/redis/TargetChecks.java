package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.Redis.TlsMode;
import io.tradingengine.backup.core.redis.RestoreScheme.Way;
import io.tradingengine.backup.core.redis.rdb.RdbVersion;
import io.tradingengine.backup.core.redis.rdb.RdbVersions;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.Reply;
import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Looks at running servers for what stands in the way of a restore. Adds to a list of findings. */
final class TargetChecks {
  private static final String FORCE =
      "empty it, restore elsewhere (--into), or give up what it holds (--force)";

  private final RestoreSettings settings;
  private final RestoreTask task;
  private final List<Finding> findings;

  TargetChecks(RestoreSettings settings, RestoreTask task, List<Finding> findings) {
    this.settings = settings;
    this.task = task;
    this.findings = findings;
  }

  /**
   * Why a server cannot be restored online.
   *
   * @param hint what to do about it
   */
  record Objection(String reason, String hint) {}

  /** Whether anything at all can be restored to a server. */
  boolean checkUsable(RestoreTarget target, RedisState state) {
    int before = findings.size();
    ServerFacts facts = target.facts();
    if (facts.isReplica()) {
      String master =
          facts.field("master_host").orElse("?") + ":" + facts.field("master_port").orElse("?");
      error(
          target.address() + " is a replica of " + master,
          "restore to its master; if that was a restore that was killed, say REPLICAOF NO ONE to"
              + " it, and CONFIG SET masterauth as it was");
    }
    if (facts.isLoading()) {
      error(target.address() + " is still loading its own data", "wait until it has");
    }
    RdbVersion rdb = new RdbVersion(state.rdbVersion());
    if (RdbVersions.reads(facts.version(), facts.flavour(), rdb) == RdbVersions.Reads.NO) {
      error(
          "the backup is an RDB of version "
              + rdb
              + " (from a server "
              + state.serverVersion()
              + "), which "
              + target.address()
              + " ("
              + facts.version()
              + ") does not read",
          "restore to a server of the version that was backed up, or newer");
    }
    return findings.size() == before;
  }

  /** Looks at what the servers hold already. */
  void checkContents(Way way, List<RestoreTarget> targets, long bytes) {
    for (RestoreTarget target : targets) {
      describe(target);
      if (!target.isEmpty()) {
        occupied(way, target);
      }
      target
          .facts()
          .field("maxmemory")
          .filter(text -> text.matches("[1-9][0-9]{0,17}"))
          .map(Long::parseLong)
          .filter(most -> most * targets.size() < bytes)
          .ifPresent(
              most ->
                  findings.add(
                      Finding.warning(
                          settings.name(),
                          target.address()
                              + " may use "
                              + most
                              + " bytes of memory, and the RDB alone has "
                              + bytes,
                          "raise its maxmemory, or it evicts keys or refuses to write")));
    }
  }

  /** Says what else becomes of what is restored. */
  private void describe(RestoreTarget target) {
    target
        .facts()
        .field("connected_slaves")
        .filter(count -> !count.equals("0"))
        .ifPresent(
            count ->
                findings.add(
                    Finding.info(
                        settings.name(),
                        "the " + count + " replicas of " + target.address() + " take all of it")));
  }

  private void occupied(Way way, RestoreTarget target) {
    String holds = target.address() + " holds " + target.contents();
    if (!task.force()) {
      error(holds, FORCE);
    } else if (way instanceof Way.Commands) {
      warning(
          holds + ", which are removed first (FLUSHALL) and cannot be brought back",
          "take a backup of it before, if they matter");
    } else {
      warning(
          holds + ", which the restore replaces: they cannot be brought back",
          "take a backup of it before, if they matter");
    }
  }

  /** Why servers cannot be restored online; asks nothing that changes anything. */
  Optional<Objection> objectionToOnline(
      RedisState state, List<RestoreTarget> targets, Connections connections)
      throws IOException, InterruptedException {
    RestoreTarget target = targets.get(0);
    if (targets.size() > 1 || target.facts().inCluster()) {
      return objection(
          "a cluster does not allow REPLICAOF", "set restore to auto or commands, or use --into");
    }
    if (state.parts().size() > 1) {
      return objection(
          "one server cannot take the " + state.parts().size() + " RDBs of a cluster at once",
          "set restore to auto or commands");
    }
    if (target.replicatesByTls()) {
      return objection(
          target.address() + " replicates by TLS only (tls-replication)",
          "set restore to auto or commands, or CONFIG SET tls-replication no for the restore");
    }
    Optional<Objection> caution = caution();
    if (caution.isPresent()) {
      if (settings.method() != Restore.ONLINE) {
        return caution;
      }
      warning(caution.get().reason(), caution.get().hint());
    }
    return refusesReplicaof(target, connections);
  }

  /** What an operator who asks for it may do, and we do not on our own. */
  private Optional<Objection> caution() {
    if (settings.redis().topology() instanceof RedisTopology.Sentinel) {
      return objection(
          "Sentinel takes a master that becomes a replica for lost, and replaces it",
          "SENTINEL REMOVE it, restore with host and port instead of sentinels, and SENTINEL"
              + " MONITOR it again");
    }
    if (settings.redis().access().tls().mode() != TlsMode.DISABLE) {
      return objection(
          "the connection is encrypted, and the data would not be: the server does not replicate"
              + " by TLS",
          "restore over a network that nobody listens to, or set restore to commands");
    }
    return Optional.empty();
  }

  /** On a master, which it is, this command does nothing; but it is refused as the other would. */
  private static Optional<Objection> refusesReplicaof(RestoreTarget target, Connections connections)
      throws IOException, InterruptedException {
    try (RedisLink link = connections.servers().connect(target.address())) {
      if (link.ask("REPLICAOF", "NO", "ONE") instanceof Reply.Failure failure) {
        return objection(
            target.address() + " answers REPLICAOF with: " + failure.text(),
            "allow the user REPLICAOF, or set restore to auto or commands");
      }
    }
    return Optional.empty();
  }

  /** Sees whether a server would take RESTORE, with one that has no content. */
  void checkMayRestore(RestoreTarget target, Connections connections)
      throws IOException, InterruptedException {
    try (RedisLink link = connections.servers().connect(target.address())) {
      if (link.ask("RESTORE", "backup:probe", "0", "") instanceof Reply.Failure failure
          && !failure.text().contains("payload")
          && !failure.text().startsWith("MOVED ")
          && !failure.text().startsWith("BUSYKEY")) {
        error(
            target.address() + " answers RESTORE with: " + failure.text(),
            "see that the server takes writes, and allow the user RESTORE on all keys");
      }
    }
  }

  private static Optional<Objection> objection(String reason, String hint) {
    return Optional.of(new Objection(reason, hint));
  }

  private void warning(String message, String hint) {
    findings.add(Finding.warning(settings.name(), message, hint));
  }

  private void error(String message, String hint) {
    findings.add(Finding.error(settings.name(), message, hint));
  }
}
