package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.PreflightException;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.volume.SmallObjects;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupEvent.Operation;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final VolumeOptions options;
  private final EventSink events;
  private final Clock clock;
  private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, List<IndexEntry>> index = new LinkedHashMap<>();

  BackupRun(
      BackupConfig config, Encryptor encryptor, Repositories repositories, VolumeOptions options) {
    this.config = config;
    this.encryptor = encryptor;
    this.repositories = repositories;
    this.options = options;
    this.events = new EventSink(config.listeners());
    this.clock = config.clock();
  }

  @SuppressWarnings("try") // the lock is held, not used
  BackupMetadata execute(BackupKind kind) throws InterruptedException {
    List<Source> sources = Components.sources(config);
    try {
      List<Finding> preflight = check(sources);
      if (preflight.stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR)) {
        throw new PreflightException(preflight);
      }
      try (Closeable lock = repositories.lock("backup of " + config.name())) {
        return underLock(kind, sources);
      }
    } catch (IOException e) {
      throw new BackupException("The backup failed: " + Messages.of(e), e);
    } finally {
      sources.forEach(Source::close);
    }
  }

  static List<Finding> check(List<Source> sources) throws InterruptedException {
    List<Finding> found = new ArrayList<>();
    for (Source source : sources) {
      found.addAll(source.check());
    }
    return found;
  }

  private BackupMetadata underLock(BackupKind kind, List<Source> sources)
      throws IOException, InterruptedException {
    Repository repository = repositories.prepare();
    BackupId id = repositories.nextId(kind);
    events.send(new BackupEvent.RunStarted(Operation.BACKUP, id));
    try {
      BackupMetadata metadata = capture(id, repository, sources).metadata();
      events.send(new BackupEvent.RunSucceeded(Operation.BACKUP, id, metadata.duration()));
      return metadata;
    } catch (IOException | InterruptedException | RuntimeException e) {
      discard(id, e);
      events.send(new BackupEvent.RunFailed(Operation.BACKUP, id, Messages.of(e)));
      throw e;
    }
  }

  /** Removes what the failed run has written; what cannot be removed now, the next run sweeps. */
  private void discard(BackupId id, Exception cause) {
    boolean interrupted = Thread.interrupted();
    try {
      repositories.discardUnfinished();
    } catch (IOException | RuntimeException e) {
      log.warn("Left-overs of {} stay until the next run: {}", id, Messages.of(e));
      cause.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Manifest capture(BackupId id, Repository repository, List<Source> sources)
      throws IOException, InterruptedException {
    Instant startedAt = clock.instant();
    List<Manifest.CapturedSource> captured = new ArrayList<>();
    try (VolumeWriter writer = new VolumeWriter(options, encryptor, repositories::put)) {
      for (Source source : sources) {
        captured.add(capture(id, source, writer));
      }
    }
    Volume storedIndex = putIndex(id);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Manifest manifest =
        new Manifest(
            id,
            config.name(),
            repository.id(),
            new Manifest.Run(startedAt, clock.instant(), Version.current()),
            new Manifest.Storage(options.codec(), config.encryption().type()),
            repositories.last(),
            captured,
            storedIndex,
            List.copyOf(findings));
    repositories.publish(manifest);
    return manifest;
  }

  private Volume putIndex(BackupId id) throws IOException {
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    new IndexFile(index).write(document);
    byte[] plain = document.toByteArray();
    ObjectKey key =
        RepositoryLayout.index(id, RepositoryLayout.suffix(options.codec()) + encryptor.suffix());
    Content stored = SmallObjects.encode(plain, key, encryptor);
    repositories.put(key, stored);
    return new Volume(key, 0, plain.length, Sha256.of(plain), stored.length(), stored.sha256());
  }

  private Manifest.CapturedSource capture(BackupId id, Source source, VolumeWriter writer)
      throws IOException, InterruptedException {
    String name = source.name();
    Instant startedAt = clock.instant();
    events.send(new BackupEvent.SourceStarted(Operation.BACKUP, id, name));
    ProgressMeter meter = new ProgressMeter(events, Operation.BACKUP, id, name);
    CaptureSink sink =
        new CaptureSink(
            writer, RepositoryLayout.source(id, name), meter, finding -> found(id, finding));
    SourceState state;
    try {
      state = source.capture(sink);
    } catch (IOException e) {
      throw new IOException("source '" + name + "': " + Messages.of(e), e);
    }
    Instant finishedAt = clock.instant();
    Manifest.CapturedSource result =
        new Manifest.CapturedSource(
            name, source.type(), startedAt, finishedAt, state, sink.artifacts());
    sink.index()
        .forEach((artifact, entries) -> index.put(IndexFile.nameOf(name, artifact), entries));
    events.send(
        new BackupEvent.SourceFinished(
            Operation.BACKUP, id, name, meter.done(), Duration.between(startedAt, finishedAt)));
    return result;
  }

  private void found(BackupId id, Finding finding) {
    findings.add(finding);
    events.send(new BackupEvent.Found(Operation.BACKUP, id, finding));
  }
}
