package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.core.archive.PieceKeys;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.volume.FileContent;
import io.tradingengine.backup.core.volume.ObjectEncoder;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.WalArchiveSource.WalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts one file of a server's log into all destinations, for {@code archive_command}: the server
 * forgets the file once this has succeeded. Used once.
 */
final class WalPush {
  private static final Logger log = LoggerFactory.getLogger(WalPush.class);

  private final BackupConfig config;
  private final Encryptor encryptor;
  private final Targets targets;
  private final Map<Target, Exception> failed = new LinkedHashMap<>();

  /** Where it is already, as an earlier attempt did not get it everywhere. */
  private final Map<Target, List<ObjectKey>> holders = new LinkedHashMap<>();

  WalPush(BackupConfig config, Encryptor encryptor, Targets targets) {
    this.config = config;
    this.encryptor = encryptor;
    this.targets = targets;
  }

  /** As {@link io.tradingengine.backup.BackupManager#archiveWal(Path)}. */
  List<Finding> execute(Optional<String> source, Path file) {
    try (WalSource wal = WalSource.open(config, source)) {
      WalFile described = wal.source().describe(file);
      requireRepositories();
      Set<Target> lacking = lacking(wal, file, described);
      if (!lacking.isEmpty()) {
        put(wal, file, described, lacking);
      }
      return outcome(file);
    } catch (IOException e) {
      throw new BackupException(file + " cannot be archived: " + Messages.of(e), e);
    }
  }

  /** Nothing goes where the backups are another system's, or where nobody knows whose it is. */
  private void requireRepositories() throws IOException {
    List<Target> fresh = new ArrayList<>();
    for (Target target : targets.all()) {
      try {
        Optional<Repository> repository = target.catalog().repository();
        if (repository.isEmpty()) {
          fresh.add(target);
        }
      } catch (IOException | BackupException e) {
        failed(target, e);
      }
    }
    if (fresh.isEmpty()) {
      return;
    }
    try (WriteAccess access =
        WriteAccess.take(targets.all(), "archiving of WAL of " + config.name())) {
      access.prepare(config.name(), config.clock());
    } catch (RepositoryLockedException e) {
      log.info("A run is at work, and makes the repositories if they are not there yet");
    }
  }

  private void failed(Target target, Exception e) throws IOException {
    RunRegistry.rethrowInterruption(e);
    failed.put(target, e);
  }

  /** The destinations that do not have it; refuses a file of that name with other bytes. */
  private Set<Target> lacking(WalSource wal, Path file, WalFile described) throws IOException {
    Set<Target> lacking = new LinkedHashSet<>();
    for (Target target : targets.all()) {
      if (failed.containsKey(target)) {
        continue;
      }
      try {
        List<ObjectKey> listed =
            target.destination().list(wal.keys().root() + described.prefix()).stream()
                .map(ObjectInfo::key)
                .toList();
        Map<String, List<ObjectKey>> versions = wal.versions(described.prefix(), listed);
        for (String digest : versions.keySet()) {
          if (!digest.equals(described.digest())) {
            throw another(target, file, described, digest);
          }
        }
        List<ObjectKey> objects = versions.get(described.digest());
        if (objects == null) {
          lacking.add(target);
        } else {
          holders.put(target, objects);
        }
      } catch (IOException e) {
        failed(target, e);
      }
    }
    return lacking;
  }

  private static BackupException another(
      Target target, Path file, WalFile described, String digest) {
    return new BackupException(
        "A different file of that name is archived: "
            + described.prefix()
            + digest
            + " is in "
            + target.name()
            + ", and "
            + file
            + " is "
            + described.piece(),
        "is it another cluster, or a restored server that was not given a new timeline?",
        null);
  }

  private void put(WalSource wal, Path file, WalFile described, Set<Target> lacking)
      throws IOException {
    Path folder = Files.createTempDirectory("backup-wal-");
    Path stored = folder.resolve("object");
    try {
      if (!copied(stored, lacking)) {
        encode(file, part -> part.of(wal.keys(), described.piece()), stored, lacking);
      }
    } finally {
      Files.deleteIfExists(stored);
      Files.delete(folder);
    }
  }

  /** Encrypted anew, its objects would differ from those that are there. */
  private boolean copied(Path stored, Set<Target> lacking) throws IOException {
    for (Map.Entry<Target, List<ObjectKey>> holder : holders.entrySet()) {
      try {
        for (ObjectKey key : holder.getValue()) {
          try (InputStream in = holder.getKey().destination().open(key, ByteRange.ALL)) {
            Files.copy(in, stored, StandardCopyOption.REPLACE_EXISTING);
          }
          put(key, FileContent.of(stored), lacking);
        }
        return true;
      } catch (IOException e) {
        RunRegistry.rethrowInterruption(e);
        log.warn("{} cannot be read: {}", holder.getKey(), Messages.of(e));
      }
    }
    Files.deleteIfExists(stored);
    return false;
  }

  /**
   * A part of a file.
   *
   * @param number counted from 1
   * @param count how many there are
   * @param suffix what names end with
   */
  private record Part(int number, int count, String suffix) {
    ObjectKey of(PieceKeys keys, String piece) {
      return keys.part(piece, number, count, suffix);
    }
  }

  private void encode(Path file, Function<Part, ObjectKey> keyOf, Path stored, Set<Target> lacking)
      throws IOException {
    try (ObjectEncoder encoder = new ObjectEncoder(config.compression(), encryptor);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long length = channel.size();
      int count = (int) Math.max(1, (length + ObjectEncoder.LARGEST - 1) / ObjectEncoder.LARGEST);
      for (int i = 0; i < count; i++) {
        long from = (long) i * ObjectEncoder.LARGEST;
        int size = (int) Math.min(ObjectEncoder.LARGEST, length - from);
        ObjectKey key = keyOf.apply(new Part(1 + i, count, encoder.suffix()));
        put(key, encoder.encode(channel, from, size, key, stored), lacking);
        Files.delete(stored);
      }
    }
  }

  private void put(ObjectKey key, FileContent content, Set<Target> lacking) throws IOException {
    for (Target target : lacking) {
      if (!failed.containsKey(target)) {
        try {
          target.destination().put(key, content);
        } catch (FileAlreadyExistsException e) {
          // Its name says what is in it: it was put before, and encrypted another time.
          log.debug("{} has {} already", target, key);
        } catch (IOException e) {
          failed(target, e);
        }
      }
    }
  }

  private List<Finding> outcome(Path file) {
    String required =
        failed.entrySet().stream()
            .filter(each -> each.getKey().required())
            .map(each -> Messages.about(each.getKey().name(), each.getValue()))
            .collect(Collectors.joining("; "));
    if (!required.isEmpty()) {
      BackupException failure =
          new BackupException(
              file + " is not archived: " + required,
              "the server keeps it, and tries again by itself",
              null);
      failed.values().forEach(failure::addSuppressed);
      throw failure;
    }
    return failed.entrySet().stream()
        .map(
            each ->
                Finding.warning(
                    each.getKey().name(),
                    "did not take " + file.getFileName() + ": " + Messages.of(each.getValue()),
                    "bring it there with 'replicate' once it can be reached"))
        .toList();
  }
}
