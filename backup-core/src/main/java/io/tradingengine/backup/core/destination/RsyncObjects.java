package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves objects between this host and the target folder. A transfer goes to a temporary name there,
 * is checked, synced and only then renamed; one that is cut is kept beside the object, in a hidden
 * folder, and goes on from there. Safe for concurrent use.
 */
final class RsyncObjects {
  /** Files and folders there are their owner's alone. */
  private static final String MODES = "--chmod=F600,D700";

  /** What rsync negotiates otherwise finds accidents, but anybody can make bytes to fit it. */
  private static final String CHECKSUM = "--checksum-choice=md5";

  private static final String SAY = "--out-format=%i %n";

  /** Smaller objects, in bytes, begin anew when their transfer was cut. */
  private static final long RESUMED_FROM = 1 << 20;

  private static final int KNOWN_FOLDERS = 256;
  // Another thread or process may remove a folder between its making and its use, when it was
  // empty.
  private static final int ATTEMPTS = 20;
  // At times rsync loses the last words of the other side, such as that its disk is full.
  private static final int SILENT_ATTEMPTS = 3;

  private final RsyncClient client;
  private final RsyncSettings settings;
  private final Map<String, Boolean> realFolders =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > KNOWN_FOLDERS;
        }
      };

  RsyncObjects(RsyncClient client, RsyncSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /** Puts an object; see {@link io.tradingengine.backup.spi.Destination#put}. */
  void put(ObjectKey key, Content content) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      staging.write(key, content);
      refuseLinks(key);
      if (!send(staging.folder(), key, content.length()) && !isSame(staging.folder(), key)) {
        throw new FileAlreadyExistsException(
            settings.target().inside(key.value()),
            null,
            "holds other bytes; objects are never overwritten");
      }
    }
  }

  /**
   * Sends a staged object; false if there is something of that name already. That rsync ends well
   * does not prove that the object is there: two transfers into one folder may take {@code .~tmp~}
   * from one another, which it only mentions. What proves it is that the staged file is gone, which
   * rsync removes when the other side has said that the object has its name.
   */
  private boolean send(Path folder, ObjectKey key, long length) throws IOException {
    List<String> options =
        new ArrayList<>(List.of("-R", MODES, CHECKSUM, SAY, "--ignore-existing", "--mkpath"));
    options.addAll(List.of("--fsync", "--remove-source-files"));
    if (length >= RESUMED_FROM) {
      options.add("--delay-updates");
    }
    for (int attempt = 1; ; attempt++) {
      RsyncResult result = client.sendObjects(folder, options, key.value());
      if (!Files.exists(folder.resolve(key.value()))) {
        return true;
      }
      boolean sent = said(result, key, "<f");
      if (result.succeeded() && !sent) {
        return false;
      }
      boolean again =
          result.succeeded()
              || result.lostFolder()
              || (result.isSilent() && attempt < SILENT_ATTEMPTS);
      if (!again || attempt == ATTEMPTS) {
        throw RsyncDiagnosis.failure(settings, "put " + key + " into", result);
      }
    }
  }

  /** Whether the object there has the staged bytes, which the host there reads for itself. */
  private boolean isSame(Path folder, ObjectKey key) throws IOException {
    List<String> options = List.of("-R", "-n", "-c", "-ii", MODES, CHECKSUM, SAY);
    RsyncResult result = client.send(folder, options, key.value());
    if (!result.succeeded()) {
      throw RsyncDiagnosis.failure(settings, "compare " + key + " in", result);
    }
    return said(result, key, ".f");
  }

  /** A line is eleven characters of what happens to it, and its name. */
  private static boolean said(RsyncResult result, ObjectKey key, String start) {
    return result.lines().stream()
        .anyMatch(line -> line.startsWith(start) && line.endsWith(" " + key));
  }

  /** Whether an object is there with these bytes. */
  boolean holds(ObjectKey key, Content content) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      staging.write(key, content);
      refuseLinks(key);
      return isSame(staging.folder(), key);
    }
  }

  /**
   * A relative name follows links among its folders there, which could lead out of the target. None
   * is ever made by this class, so each folder is looked at once.
   */
  private void refuseLinks(ObjectKey key) throws IOException {
    List<String> above = RsyncRules.foldersAbove(key.value());
    if (above.isEmpty()) {
      return;
    }
    String folder = above.get(above.size() - 1);
    synchronized (realFolders) {
      if (realFolders.get(folder) != null) {
        return;
      }
    }
    for (RsyncEntry entry : client.list(RsyncRules.above(key), "look into")) {
      if (!entry.isFolder()) {
        throw new RsyncException(
            settings.target() + " has a link or a file in the place of a folder: " + entry.name(),
            "remove it there; links in a repository are not followed",
            null);
      }
    }
    synchronized (realFolders) {
      realFolders.put(folder, true);
    }
  }

  /**
   * Opens an object that was fetched as a whole. The file is removed before this returns: it goes
   * when the channel is closed.
   */
  FileChannel open(ObjectKey key) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      List<String> options = new ArrayList<>(List.of("-r", MODES, CHECKSUM));
      options.addAll(RsyncRules.only(key));
      RsyncResult result = client.fetchObjects(options, staging.folder());
      if (!result.hasRead() && !result.lacksRoot()) {
        throw RsyncDiagnosis.fetchFailure(settings, "read " + key + " of", result);
      }
      Path file = staging.folder().resolve(key.value());
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(key.value(), null, "is not in rsync:" + settings.target());
      }
      return FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }
  }

  /**
   * Removes an object, what was kept of its transfer, and the folders above that are empty then.
   */
  void delete(ObjectKey key) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      List<String> rules = RsyncRules.withPartial(key);
      List<String> options =
          new ArrayList<>(List.of("-r", "--delete", "--max-delete=" + rules.size()));
      options.addAll(rules);
      RsyncResult result = client.send(staging.folder(), options, "");
      if (!result.succeeded() && !result.lacksRoot()) {
        throw RsyncDiagnosis.failure(settings, "delete " + key + " from", result);
      }
    }
  }

  /** A range of a channel as a stream, which closes it. */
  static InputStream stream(FileChannel channel, long offset, long length) throws IOException {
    long start = Math.min(offset, channel.size());
    return new ChannelStreams.Input(channel, start, Math.min(length, channel.size() - start));
  }
}
