package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.volume.SmallObjects;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One backup, from the preflight to the published manifest. Everything is checked before anything
 * is written; the manifest comes last; what a failed run has written is removed again.
 */
final class BackupRun {
  private static final Logger log = LoggerFactory.getLogger(BackupRun.class);

  private final BackupConfig config;
  private final Encryptor encryptor;
  private final Repositories repositories;
  private final Clock clock;

  BackupRun(BackupConfig config, Encryptor encryptor, Repositories repositories) {
    this.config = config;
    this.encryptor = encryptor;
    this.repositories = repositories;
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

  @SuppressWarnings("try") // the lock is held, not used
  BackupMetadata execute(BackupKind kind, List<Participant> participants)
      throws InterruptedException {
    Preflight preflight = Preflight.of(participants);
    if (!preflight.passed()) {
      throw new PreflightException(preflight.findings());
    }
    try (Closeable lock = repositories.lock("backup of " + config.name())) {
      return underLock(kind, preflight);
    } catch (IOException e) {
      throw new BackupException("The backup failed: " + Messages.of(e), e);
    }
  }

  private BackupMetadata underLock(BackupKind kind, Preflight preflight)
      throws IOException, InterruptedException {
    Repository repository = repositories.prepare();
    RunLog run = new RunLog(new EventSink(config.listeners()), repositories.nextId(kind));
    run.started();
    try {
      BackupMetadata metadata = capture(run, repository, preflight).metadata();
      run.succeeded(metadata.duration());
      return metadata;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      discard(run, e);
      run.failed(Messages.of(e));
      throw e;
    }
  }

  /** Removes what the failed run has written; what cannot be removed now, the next run sweeps. */
  private void discard(RunLog run, Throwable cause) {
    boolean interrupted = Thread.interrupted();
    try {
      repositories.discardUnfinished();
    } catch (IOException | RuntimeException e) {
      log.warn("Left-overs of {} stay until the next run: {}", run.id(), Messages.of(e));
      cause.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Manifest capture(RunLog run, Repository repository, Preflight preflight)
      throws IOException, InterruptedException {
    Instant startedAt = clock.instant();
    preflight.leftOut().forEach(run::leftOut);
    VolumeOptions options =
        Components.volumeOptions(config, CaptureGroup.artifactsAtOnce(preflight.ready()));
    CaptureGroup group;
    try (VolumeWriter writer = new VolumeWriter(options, encryptor, repositories::put)) {
      group =
          new CaptureGroup(
              preflight.ready(), new SourceCapture.Setting(run, writer, repositories, clock));
      group.run();
      writer.check();
    }
    Volume index = putIndex(run, group.index(), options);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    List<LeftOut> leftOut = new ArrayList<>(preflight.leftOut());
    leftOut.addAll(group.leftOut());
    Manifest manifest =
        new Manifest(
            run.id(),
            config.name(),
            repository.id(),
            new Manifest.Run(startedAt, clock.instant(), Version.current()),
            new Manifest.Storage(options.codec(), config.encryption().type()),
            repositories.last(),
            group.sources(),
            leftOut.stream().map(LeftOut::source).toList(),
            index,
            run.findings());
    repositories.publish(manifest);
    return manifest;
  }

  private Volume putIndex(RunLog run, IndexFile index, VolumeOptions options) throws IOException {
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    index.write(document);
    byte[] plain = document.toByteArray();
    String suffix = RepositoryLayout.suffix(options.codec()) + encryptor.suffix();
    ObjectKey key = RepositoryLayout.index(run.id(), suffix);
    Content stored = SmallObjects.encode(plain, key, encryptor);
    repositories.put(key, stored);
    return new Volume(key, 0, plain.length, Sha256.of(plain), stored.length(), stored.sha256());
  }
}
