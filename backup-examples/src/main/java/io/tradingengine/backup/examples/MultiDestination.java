package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.FileTree;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.Redis;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.ReplicationRequest;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.s3.S3;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A night's work with two destinations: a directory that must have every backup, and a bucket that
 * may lag behind. Takes a backup, brings the bucket what an outage kept from it, and removes what
 * nobody needs any more.
 *
 * <pre>
 * export POSTGRES_PASSWORD=... REDIS_PASSWORD=... AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...
 * java -cp backup.jar io.tradingengine.backup.examples.MultiDestination
 * </pre>
 *
 * <p>Expects the public key in {@code backup-public-key.asc}.
 */
public final class MultiDestination {
  private static final Logger log = LoggerFactory.getLogger(MultiDestination.class);

  private MultiDestination() {}

  public static void main(String[] args) {
    BackupConfig config =
        BackupConfig.builder("trading-engine")
            .source(
                Postgres.at("localhost", 5432)
                    .database("trading_engine")
                    .user("postgres")
                    .password(Secret.env("POSTGRES_PASSWORD")))
            .source(Redis.at("localhost", 6379).password(Secret.env("REDIS_PASSWORD")))
            .source(FileTree.named("state").path("/var/lib/trading-engine"))
            .encryption(OpenPgp.recipients(Path.of("backup-public-key.asc")))
            .destination(LocalDirectory.at("/var/backups/trading-engine").named("local"))
            .destination(
                S3.bucket("trading-engine-backups")
                    .prefix("prod")
                    .region("eu-west-1")
                    .storageClass("STANDARD_IA")
                    .named("s3")
                    .bestEffort()
                    .catchUp(Duration.ofMinutes(30))
                    .retention(Retention.daily(14).monthly(24)))
            .retention(Retention.daily(7).weekly(4).monthly(12))
            .build();

    try (BackupManager manager = BackupManager.create(config)) {
      BackupMetadata backup = manager.createFullBackup();
      log.info("{} is in {}", backup.backupId(), backup.destinations());
      backup.findings().forEach(finding -> log.warn("{}", finding));
      replicate(manager);
      expire(manager);
    }
  }

  /** Brings every destination the backups that it lacks and its retention keeps. */
  private static void replicate(BackupManager manager) {
    ReplicationReport report = manager.replicate(ReplicationRequest.all());
    for (ReplicationReport.DestinationOutcome outcome : report.destinations()) {
      log.info("{} got {}", outcome.destination(), outcome.backups());
      for (Finding finding : outcome.findings()) {
        log.warn("{}", finding);
      }
    }
  }

  /** The plan removes nothing: it says what is kept and what goes, and why. */
  private static void expire(BackupManager manager) {
    ExpiryPlan plan = manager.planExpiry();
    for (ExpiryPlan.DestinationPlan destination : plan.destinations()) {
      for (ExpiryPlan.Decision each : destination.backups()) {
        log.info(
            "{}: {} {}, {}", destination.destination(), each.fate(), each.backup(), each.reasons());
      }
    }
    for (ExpiryReport.DestinationOutcome outcome : manager.expire(plan).destinations()) {
      log.info("{} freed {} bytes", outcome.destination(), outcome.bytes());
      for (Finding finding : outcome.findings()) {
        log.warn("{}", finding);
      }
    }
  }
}
