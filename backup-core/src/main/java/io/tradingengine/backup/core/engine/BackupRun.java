package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.catalog.RunClaim;
import io.tradingengine.backup.spi.Encryptor;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/**
 * One backup, from the preflight to the published manifest. Everything is checked before anything
 * is written; the manifest comes last; what a run that failed everywhere has written is removed
 * again.
 */
final class BackupRun {
  private final BackupConfig config;
  private final Encryptor encryptor;
  private final Targets targets;
  private final Clock clock;

  BackupRun(BackupConfig config, Encryptor encryptor, Targets targets) {
    this.config = config;
    this.encryptor = encryptor;
    this.targets = targets;
    this.clock = config.clock();
  }

  BackupMetadata execute(BackupKind kind) throws InterruptedException {
    List<Participant> participants = Components.participants(config);
    try {
      return execute(kind, participants);
    } finally {
      Components.close(participants);
    }
  }

  BackupMetadata execute(BackupKind kind, List<Participant> participants)
      throws InterruptedException {
    Preflight preflight = Preflight.of(participants);
    if (!preflight.passed()) {
      throw new PreflightException(preflight.findings());
    }
    String owner = "backup of " + config.name();
    try (WriteAccess access = WriteAccess.take(targets.all(), owner);
        Fences fences = Fences.take(preflight.ready(), config.name(), owner)) {
      return underLeases(kind, preflight, access, fences);
    } catch (IOException e) {
      throw new BackupException("The backup failed: " + Messages.of(e), e);
    }
  }

  private BackupMetadata underLeases(
      BackupKind kind, Preflight preflight, WriteAccess access, Fences fences)
      throws IOException, InterruptedException {
    Repository repository = access.prepare(config.name(), clock);
    new Leftovers(access, clock).remove();
    RunLog run = new RunLog(new EventSink(config.listeners()), claim(kind, access));
    run.started();
    try {
      BackupMetadata metadata =
          new BackupUnderway(
                  new BackupUnderway.Setting(config, encryptor, access, fences, repository), run)
              .execute(preflight);
      run.succeeded(metadata.duration());
      return metadata;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      run.failed(Messages.of(e));
      throw e;
    }
  }

  /** An id that is this run's alone, in every destination. */
  private BackupId claim(BackupKind kind, WriteAccess access) throws IOException {
    UUID token = UUID.randomUUID();
    Instant from = clock.instant();
    while (true) {
      BackupId id = nextId(kind, from, access);
      access.requireAny();
      if (claimed(new RunClaim(id, token, config.name(), clock.instant()), access)) {
        access.requireAny();
        return id;
      }
      from = id.instant().plusSeconds(1);
    }
  }

  private static boolean claimed(RunClaim claim, WriteAccess access) throws IOException {
    for (Target target : access.targets()) {
      try {
        target.catalog().claim(claim);
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (IOException e) {
        access.drop(target, e);
      }
    }
    return true;
  }

  private static BackupId nextId(BackupKind kind, Instant from, WriteAccess access)
      throws IOException {
    BackupId latest = new BackupId(kind, from.truncatedTo(ChronoUnit.SECONDS));
    for (Target target : access.targets()) {
      try {
        BackupId id = target.catalog().nextId(kind, from);
        latest = id.compareTo(latest) > 0 ? id : latest;
      } catch (IOException e) {
        access.drop(target, e);
      }
    }
    return latest;
  }
}
