package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.WalArchiveSource.WalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Gets one file of a server's log back, for {@code restore_command}. That it is not there ends a
 * recovery, so it is said only when every destination was asked. Used once.
 */
final class WalFetch {
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final BackupConfig config;
  private final Targets targets;
  private final LogObjects logs;

  WalFetch(BackupConfig config, Targets targets, LogObjects logs) {
    this.config = config;
    this.targets = targets;
    this.logs = logs;
  }

  /** As {@link io.tradingengine.backup.RestoreManager#fetchWal(String, Path)}. */
  boolean execute(Optional<String> source, String name, Path into) {
    try (WalSource wal = WalSource.open(config, source)) {
      Optional<String> cluster = cluster(wal, into);
      return cluster.isPresent() && fetch(wal, wal.source().prefix(cluster.get(), name), into);
    } catch (IOException e) {
      throw new BackupException(name + " cannot be had: " + Messages.of(e), e);
    }
  }

  /** The one that is restored there; else the only one that is archived. */
  private Optional<String> cluster(WalSource wal, Path into) throws IOException {
    Optional<String> beside = wal.source().clusterOf(into);
    if (beside.isPresent()) {
      return beside;
    }
    Set<String> archived = new TreeSet<>();
    Optional<IOException> failure = Optional.empty();
    for (Target target : targets.nearestFirst()) {
      try {
        archived.addAll(target.destination().folders(wal.keys().root()));
      } catch (IOException e) {
        RunRegistry.rethrowInterruption(e);
        failure = Optional.of(e);
      }
    }
    if (archived.isEmpty() && failure.isPresent()) {
      throw failure.get();
    }
    if (archived.size() > 1) {
      throw new BackupException(
          "Several clusters were archived, and "
              + into
              + " is in the pg_wal of none: "
              + String.join(", ", archived),
          "fetch into pg_wal of the data directory that is recovered",
          null);
    }
    return archived.stream().findFirst();
  }

  private boolean fetch(WalSource wal, String prefix, Path into) throws IOException {
    List<ObjectKey> listed =
        logs.list(wal.keys().root() + prefix).stream().map(ObjectInfo::key).toList();
    Map<String, List<ObjectKey>> versions = wal.versions(prefix, listed);
    if (versions.size() > 1) {
      throw new BackupException(
          "Several files are archived as " + prefix + " " + String.join(", ", versions.keySet()),
          "two servers wrote the same timeline; restore with 'restore', which can tell them apart,"
              + " or remove the one that is wrong",
          null);
    }
    if (versions.isEmpty()) {
      requireAllAsked(prefix);
      return false;
    }
    Map.Entry<String, List<ObjectKey>> found = versions.entrySet().iterator().next();
    write(found.getValue(), prefix + found.getKey(), found.getKey(), into.toAbsolutePath());
    return true;
  }

  private void requireAllAsked(String prefix) {
    List<Finding> unread = logs.findings();
    if (!unread.isEmpty()) {
      throw new BackupException(
          "Nobody knows whether " + prefix + "* is archived: " + unread.get(0).message(),
          "make " + unread.get(0).subject() + " reachable, or take it out of the configuration",
          null);
    }
  }

  private void write(List<ObjectKey> parts, String piece, String digest, Path into)
      throws IOException {
    Path beside = into.resolveSibling(into.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      MessageDigest actual = Sha256.newDigest();
      try (FileChannel file =
          FileChannel.open(
              beside, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), PRIVATE)) {
        for (ObjectKey part : parts) {
          try (LogObjects.Decoded decoded = logs.decode(part)) {
            ByteBuffer bytes = decoded.bytes();
            actual.update(bytes.duplicate());
            while (bytes.hasRemaining()) {
              file.write(bytes);
            }
          }
        }
        file.force(true);
      }
      if (!WalFile.digest(Sha256.from(actual)).equals(digest)) {
        throw new IntegrityException(piece, "holds something else than its name says", null);
      }
      Files.move(beside, into, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(beside.resolveSibling(""));
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
