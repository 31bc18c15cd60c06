package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.core.archive.Archive;
import io.tradingengine.backup.core.archive.ArchiveSetup;
import io.tradingengine.backup.core.archive.Captures;
import io.tradingengine.backup.core.archive.Outlet;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.event.BackupListener;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A manager's archiving: there is one at a time. Thread-safe. */
final class ArchivingService {
  private static final Logger log = LoggerFactory.getLogger(ArchivingService.class);
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}\\p{P}\\p{S} ]{1,63}");

  private final BackupConfig config;
  private final Encryptor encryptor;
  private final Targets targets;
  private final StoredBackups stored;
  private @Nullable Archive current;

  ArchivingService(
      BackupConfig config, Encryptor encryptor, Targets targets, StoredBackups stored) {
    this.config = config;
    this.encryptor = encryptor;
    this.targets = targets;
    this.stored = stored;
  }

  synchronized Archiving start() {
    if (current != null) {
      throw new BackupException(
          "'" + config.name() + "' is being archived already", "close that archiving first", null);
    }
    ArchivingOptions options =
        config
            .archiving()
            .orElseThrow(
                () ->
                    new BackupException(
                        "The configuration does not say how to archive",
                        "add the section 'archiving' with a spool, a folder on a local disk",
                        null));
    prepareRepositories();
    List<Source> sources = new ArrayList<>();
    config.sources().forEach(settings -> sources.add(Components.source(settings)));
    try {
      Archive started = Archive.start(setup(options, sources));
      current = started;
      return new Handle(started);
    } catch (IOException e) {
      throw new BackupException(
          "Archiving cannot begin: the spool " + options.spool() + ": " + Messages.of(e), e);
    }
  }

  /**
   * Objects without {@code repository.json} would belong to nobody. The first backup makes it where
   * it can; here it is made as well, so that archiving may come before the first backup.
   */
  private void prepareRepositories() {
    try (WriteAccess access = WriteAccess.take(targets.all(), "archiving of " + config.name())) {
      access.prepare(config.name(), config.clock());
    } catch (RepositoryLockedException e) {
      log.info("A run is at work, and makes the repositories if they are not there yet");
    } catch (IOException e) {
      log.warn("No destination can be reached; changes wait in the spool: {}", Messages.of(e));
    }
  }

  private ArchiveSetup setup(ArchivingOptions options, List<Source> sources) {
    return new ArchiveSetup(
        config.name(),
        options,
        config.compression(),
        encryptor,
        sources,
        targets.all().stream()
            .map(target -> new Outlet(target.destination(), target.options().need()))
            .toList(),
        new StoredCaptures(),
        this::tell,
        config.clock());
  }

  private void tell(Finding finding) {
    for (BackupListener listener : config.listeners()) {
      try {
        listener.onArchiving(finding);
      } catch (RuntimeException e) {
        log.warn("The listener {} failed on {}", listener, finding, e);
      }
    }
  }

  RecoveryPoint mark(String name) throws InterruptedException {
    if (!NAME.matcher(name).matches()) {
      throw new BackupException(
          "'" + name + "' is no name for a recovery point",
          "use up to 63 letters, digits, spaces and punctuation",
          null);
    }
    return running().mark(name);
  }

  private synchronized Archive running() {
    Archive archive = current;
    if (archive == null) {
      throw new BackupException(
          "A recovery point needs archiving, which is not at work in this manager",
          "call startArchiving() first",
          null);
    }
    return archive;
  }

  void close() {
    Archive archive;
    synchronized (this) {
      archive = current;
      current = null;
    }
    if (archive != null) {
      archive.close();
    }
  }

  private final class Handle implements Archiving {
    private final Archive archive;

    Handle(Archive archive) {
      this.archive = archive;
    }

    @Override
    public ArchivingStatus status() {
      return archive.status();
    }

    @Override
    public void close() {
      archive.close();
      synchronized (ArchivingService.this) {
        if (current == archive) {
          current = null;
        }
      }
    }
  }

  private final class StoredCaptures implements Captures {
    @Override
    public Optional<SourceState> newest(String source) throws IOException {
      for (BackupId id : ids()) {
        Optional<SourceState> state =
            manifest(id).sources().stream()
                .filter(each -> each.name().equals(source))
                .map(Manifest.CapturedSource::state)
                .findFirst();
        if (state.isPresent()) {
          return state;
        }
      }
      return Optional.empty();
    }

    private Manifest manifest(BackupId id) throws IOException {
      try {
        return stored.find(id);
      } catch (BackupException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    @Override
    public Optional<Instant> newestBegun() throws IOException {
      return ids().stream().findFirst().map(BackupId::instant);
    }

    private List<BackupId> ids() throws IOException {
      try {
        return stored.newestFirst(new ArrayList<>());
      } catch (BackupException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }
}
