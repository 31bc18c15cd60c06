package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.RepeatCaptureException;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One backup, from the preflight to the published manifest. Everything is checked before anything
 * is written; the manifest comes last; what a run that failed everywhere has written is removed
 * again.
 */
final class BackupRun {
  private static final Logger log = LoggerFactory.getLogger(BackupRun.class);

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
    Attempts attempts = new Attempts(preflight, access, fences, repository);
    return kind == BackupKind.FULL
        ? attempts.run(kind, Optional.empty(), List.of())
        : incremental(attempts, access);
  }

  /** An incremental backup, or a full one where there is nothing to build on. */
  private BackupMetadata incremental(Attempts attempts, WriteAccess access)
      throws IOException, InterruptedException {
    IncrementalOptions options = config.incremental();
    Basis basis = new ParentChoice(access.targets(), options.fullEvery()).choose(clock.instant());
    if (basis instanceof Basis.On on) {
      List<Target> nearestFirst =
          targets.nearestFirst().stream().filter(access.targets()::contains).toList();
      try (Parent parent = new Parent(on.manifest(), Memory.of(config), encryptor, nearestFirst)) {
        return incremental(attempts, parent, on.findings());
      } catch (UnusableParentException e) {
        basis = new Basis.Nothing(Messages.of(e), Basis.Cause.BROKEN);
      }
    }
    Basis.Nothing nothing = (Basis.Nothing) basis;
    if (nothing.cause() == Basis.Cause.BROKEN
        && options.otherwise() == IncrementalOptions.Otherwise.REFUSE) {
      throw new BackupException(
          "No incremental backup was taken: " + nothing.reason(),
          "take a full backup; with incremental.otherwise: full that is done at once",
          null);
    }
    Finding why =
        Finding.info(
            config.name(), "a full backup was taken, not an incremental one: " + nothing.reason());
    return attempts.run(BackupKind.FULL, Optional.empty(), List.of(why));
  }

  /** An attempt that has to be made again goes another way the second time. */
  private static BackupMetadata incremental(
      Attempts attempts, Parent parent, List<Finding> findings)
      throws IOException, InterruptedException {
    try {
      return attempts.run(BackupKind.INCREMENTAL, Optional.of(parent), findings);
    } catch (RepeatCaptureException e) {
      log.info("The backup is begun again: {}", Messages.of(e));
    }
    try {
      return attempts.run(BackupKind.INCREMENTAL, Optional.of(parent), findings);
    } catch (RepeatCaptureException e) {
      throw new UnusableParentException(Messages.of(e));
    }
  }

  /** What each attempt at a backup has, under the same leases. */
  private final class Attempts {
    private final Preflight preflight;
    private final IdClaim ids;
    private final Attempt attempt;

    Attempts(Preflight preflight, WriteAccess access, Fences fences, Repository repository) {
      this.preflight = preflight;
      this.ids = new IdClaim(config.name(), access, clock);
      this.attempt =
          new Attempt(new BackupUnderway.Setting(config, encryptor, access, fences, repository));
    }

    BackupMetadata run(BackupKind kind, Optional<Parent> parent, List<Finding> findings)
        throws IOException, InterruptedException {
      return attempt.run(
          ids.take(kind, clock.instant()),
          findings,
          remembering -> new FreshMaterial(preflight, new Lineage(parent, remembering), clock));
    }
  }
}
