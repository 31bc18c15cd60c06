package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationReport.DestinationOutcome;
import io.tradingengine.backup.ReplicationRequest;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings destinations up to date from one another, all at the same time. One that fails stops no
 * other.
 */
final class Replication {
  private final BackupConfig config;
  private final Targets targets;
  private final Expiry expiry;

  Replication(BackupConfig config, Targets targets) {
    this.config = config;
    this.targets = targets;
    this.expiry = new Expiry(config, targets);
  }

  ReplicationReport execute(ReplicationRequest request) throws InterruptedException {
    List<Target> wanted = targets.named(request.destinations());
    long begin = System.nanoTime();
    try (WriteAccess access = WriteAccess.take(targets.all(), "replication of " + config.name())) {
      access.prepare(config.name(), config.clock());
      List<TargetSync> syncs = syncs(request, wanted, access);
      SideBySide.run("backup-replicate", syncs);
      return new ReplicationReport(
          wanted.stream().map(target -> outcome(target, syncs, access)).toList(),
          Duration.ofNanos(System.nanoTime() - begin));
    } catch (IOException e) {
      throw new BackupException("The replication failed: " + Messages.of(e), e);
    }
  }

  private List<TargetSync> syncs(
      ReplicationRequest request, List<Target> wanted, WriteAccess access) throws IOException {
    List<Target> sources =
        targets.nearestFirst().stream().filter(access.targets()::contains).toList();
    Inventory inventory = Inventory.of(sources);
    Map<ObjectKey, ObjectInfo> logs = new TreeMap<>();
    for (Target source : sources) {
      Expiry.logs(source).forEach(each -> logs.putIfAbsent(each.key(), each));
    }
    List<TargetSync> syncs = new ArrayList<>();
    for (Target target : wanted) {
      if (sources.contains(target)) {
        Expiry.Unwanted unwanted =
            expiry.unwanted(target, inventory.manifests(), List.copyOf(logs.values()));
        target.catalog().ids().forEach(unwanted.backups()::remove);
        syncs.add(
            new TargetSync(
                target,
                sources,
                inventory,
                new TargetSync.Terms(request.check(), unwanted, access.lease(target)::confirm)));
      }
    }
    return syncs;
  }

  private static DestinationOutcome outcome(
      Target target, List<TargetSync> syncs, WriteAccess access) {
    for (TargetSync sync : syncs) {
      if (sync.target().equals(target)) {
        return sync.outcome();
      }
    }
    Exception reason = access.absent().get(target);
    Finding finding =
        Finding.error(
            target.name(),
            "could not be reached: " + (reason == null ? "unknown" : Messages.of(reason)),
            "make it reachable, and replicate again");
    return new DestinationOutcome(target.name(), List.of(), 0, 0, 0, List.of(finding));
  }
}
