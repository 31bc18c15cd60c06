package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.Sha256;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host remembers of the newest backup, so that the next one can build on it without the
 * secret key: a folder {@code <system>/<backup id>/<source>/<artifact>} with plain copies of small
 * artifacts. Nothing of it is believed that the backup's manifest does not vouch for. Used by one
 * run at a time, under the repository's leases.
 */
final class Memory {
  static final String UNFINISHED = ".unfinished";

  private static final Logger log = LoggerFactory.getLogger(Memory.class);
  private static final int PIECE = 64 << 10;

  private final Path folder;

  private Memory(Path folder) {
    this.folder = folder;
  }

  /** The memory that a configuration names; empty if it names none. */
  static Optional<Memory> of(BackupConfig config) {
    return config
        .incremental()
        .memory()
        .map(folder -> new Memory(folder.toAbsolutePath().resolve(config.name())));
  }

  /** Begins to remember a backup. */
  Remembering begin(BackupId id) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    forgetAllBut(this::isFinished);
    return new Remembering(this, folder.resolve(id + UNFINISHED), folder.resolve(id.toString()));
  }

  private boolean isFinished(Path entry) {
    return !entry.toString().endsWith(UNFINISHED);
  }

  /** Forgets every other backup. */
  void forgetAllBut(Path kept) throws IOException {
    forgetAllBut(kept::equals);
  }

  private interface Kept {
    boolean test(Path entry);
  }

  private void forgetAllBut(Kept kept) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        if (!kept.test(entry)) {
          delete(entry);
        }
      }
    }
  }

  static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(path)) {
        for (Path entry : entries.toList()) {
          delete(entry);
        }
      }
    }
    Files.deleteIfExists(path);
  }

  /**
   * The plain stream of an artifact, from its begin.
   *
   * @return empty if it is not remembered, or not as it was written
   */
  Optional<InputStream> open(BackupId id, String source, Artifact artifact) throws IOException {
    Path file = folder.resolve(id.toString()).resolve(source).resolve(artifact.name());
    try {
      if (!isAsWritten(file, artifact)) {
        log.warn("{} is not what was remembered, and is not used", file);
        return Optional.empty();
      }
      return Optional.of(new BufferedInputStream(Files.newInputStream(file), PIECE));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static boolean isAsWritten(Path file, Artifact artifact) throws IOException {
    if (Files.size(file) != artifact.size()) {
      return false;
    }
    byte[] piece = new byte[PIECE];
    try (InputStream in = Files.newInputStream(file)) {
      for (Volume volume : artifact.volumes()) {
        MessageDigest digest = Sha256.newDigest();
        for (long left = volume.size(); left > 0; ) {
          int count = in.read(piece, 0, (int) Math.min(piece.length, left));
          if (count < 0) {
            return false;
          }
          digest.update(piece, 0, count);
          left -= count;
        }
        if (!Sha256.from(digest).equals(volume.sha256())) {
          return false;
        }
      }
    }
    return true;
  }
}
