package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import io.tradingengine.backup.Rsync;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a copy on another host up to date, by rsync over ssh, and proves it byte by byte: every
 * object is read where it lies, and a damaged one is replaced from a copy that is whole. A program
 * of its own, so that a slow line holds up no backup.
 *
 * <pre>
 * java -cp backup.jar io.tradingengine.backup.examples.OffsiteReplica \
 *     backup.yaml backup@offsite.example:/srv/backups/trading-engine \
 *     /etc/trading-engine/offsite_ed25519 /etc/trading-engine/known_hosts
 * </pre>
 *
 * <p>Here and there rsync must be installed, and ssh here. The key must not ask for a passphrase,
 * and the second file holds the key of the host; no other is trusted.
 */
public final class OffsiteReplica {
  private static final Logger log = LoggerFactory.getLogger(OffsiteReplica.class);

  private static final String OFFSITE = "offsite";
  private static final long BYTES_A_SECOND = 20 << 20;

  private OffsiteReplica() {}

  public static void main(String[] args) throws IOException {
    Rsync host = Rsync.to(args[1]).sshKey(Path.of(args[2])).knownHosts(Path.of(args[3]));
    replicate(BackupConfig.reader(Path.of(args[0])), host);
  }

  private static void replicate(BackupConfig.Builder configuration, Rsync host) {
    BackupConfig config =
        configuration
            .destination(host.named(OFFSITE).bestEffort().bandwidth(BYTES_A_SECOND))
            .build();

    try (BackupManager manager = BackupManager.create(config)) {
      // Cut off midway, it goes on from there the next time.
      ReplicationReport report =
          manager.replicate(ReplicationRequest.all().to(List.of(OFFSITE)).checkingBytes());
      for (ReplicationReport.DestinationOutcome outcome : report.destinations()) {
        log.info(
            "{}: {} objects copied, {} healed, {} bytes in {}",
            outcome.destination(),
            outcome.copied(),
            outcome.healed(),
            outcome.bytes(),
            report.duration());
        for (Finding finding : outcome.findings()) {
          log.warn("{}", finding);
        }
      }

      // Where a backup is, is what listing each destination says.
      manager.list().stream()
          .filter(backup -> backup.destinations().contains(OFFSITE))
          .forEach(backup -> log.info("{} is offsite, too", backup.backupId()));
      log.info(report.complete() ? "Nothing is missing offsite" : "Something is missing offsite");
    }
  }
}
