package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.catalog.RunClaim;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.RepeatCaptureException;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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
    Attempt attempt = new Attempt(preflight, access, fences, repository);
    return kind == BackupKind.FULL
        ? attempt.run(kind, Optional.empty(), List.of())
        : incremental(attempt, access);
  }

  /** An incremental backup, or a full one where there is nothing to build on. */
  private BackupMetadata incremental(Attempt attempt, WriteAccess access)
      throws IOException, InterruptedException {
    IncrementalOptions options = config.incremental();
    Basis basis = new ParentChoice(access.targets(), options.fullEvery()).choose(clock.instant());
    if (basis instanceof Basis.On on) {
      List<Target> nearestFirst =
          targets.nearestFirst().stream().filter(access.targets()::contains).toList();
      try (Parent parent = new Parent(on.manifest(), Memory.of(config), encryptor, nearestFirst)) {
        return incremental(attempt, parent, on.findings());
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
    return attempt.run(BackupKind.FULL, Optional.empty(), List.of(why));
  }

  /** An attempt that has to be made again goes another way the second time. */
  private static BackupMetadata incremental(Attempt attempt, Parent parent, List<Finding> findings)
      throws IOException, InterruptedException {
    try {
      return attempt.run(BackupKind.INCREMENTAL, Optional.of(parent), findings);
    } catch (RepeatCaptureException e) {
      log.info("The backup is begun again: {}", Messages.of(e));
    }
    try {
      return attempt.run(BackupKind.INCREMENTAL, Optional.of(parent), findings);
    } catch (RepeatCaptureException e) {
      throw new UnusableParentException(Messages.of(e));
    }
  }

  /** What each attempt at a backup has, under the same leases. */
  private final class Attempt {
    private final Preflight preflight;
    private final WriteAccess access;
    private final Fences fences;
    private final Repository repository;

    Attempt(Preflight preflight, WriteAccess access, Fences fences, Repository repository) {
      this.preflight = preflight;
      this.access = access;
      this.fences = fences;
      this.repository = repository;
    }

    BackupMetadata run(BackupKind kind, Optional<Parent> parent, List<Finding> findings)
        throws IOException, InterruptedException {
      RunLog run = new RunLog(new EventSink(config.listeners()), claim(kind, access));
      run.started();
      findings.forEach(run::found);
      try (Remembering remembering = remember(run)) {
        Lineage lineage = new Lineage(parent, Optional.ofNullable(remembering));
        BackupMetadata metadata =
            new BackupUnderway(
                    new BackupUnderway.Setting(
                        config, new OneSessionKey(encryptor), access, fences, repository, lineage),
                    run)
                .execute(preflight);
        if (remembering != null) {
          metadata = remembering.keep().map(metadata::with).orElse(metadata);
        }
        run.succeeded(metadata.duration());
        return metadata;
      } catch (IOException | InterruptedException | RuntimeException | Error e) {
        run.failed(Messages.of(e));
        throw e;
      }
    }

    private @Nullable Remembering remember(RunLog run) {
      Optional<Memory> memory = Memory.of(config);
      try {
        return memory.isPresent() ? memory.get().begin(run.id()) : null;
      } catch (IOException e) {
        run.found(
            Finding.warning(
                config.incremental().memory().map(Path::toString).orElse(""),
                "this backup cannot be remembered: " + Messages.of(e),
                "mend that; without it, or the secret key, the next incremental backup is a full"
                    + " one"));
        return null;
      }
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
