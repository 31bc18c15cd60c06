package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Writes an archive's members into staging folders that nobody else writes to. Blocks of zeros
 * become holes. Not safe for concurrent use.
 */
final class Extraction {
  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Members archive;
  private final List<Staging> stagings;
  private final MemberGuard guard;
  private final Ownership ownership;
  private final Syncer syncer;
  private final LongConsumer progress;
  private final Deque<Folder> folders = new ArrayDeque<>();
  private final Totals totals = new Totals();
  private final byte[] buffer = new byte[Archive.BUFFER];

  /** A folder whose content is being written. */
  private record Folder(Path path, Member member) {}

  /**
   * @param stagings one for each root, in the order of the archive
   */
  Extraction(
      Members archive,
      List<Staging> stagings,
      Ownership ownership,
      Syncer syncer,
      LongConsumer progress) {
    this.archive = archive;
    this.stagings = List.copyOf(stagings);
    this.guard =
        new MemberGuard(stagings.stream().map(staging -> staging.root().member()).toList());
    this.ownership = ownership;
    this.syncer = syncer;
    this.progress = progress;
  }

  /**
   * Writes all members.
   *
   * @return what was written; not yet durable
   */
  Totals run() throws IOException, InterruptedException {
    for (Member member = archive.next(); member != null; member = archive.next()) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while restoring files");
      }
      Optional<String> refusal = guard.admit(member);
      if (refusal.isPresent()) {
        throw archive.refuse(member.name(), refusal.get());
      }
      int above = guard.depth() - (member.type() == Member.Type.DIRECTORY ? 1 : 0);
      closeFolders(above);
      write(member, placeOf(member));
    }
    closeFolders(0);
    if (!guard.isComplete()) {
      throw archive.refuse("lacks captured paths that the manifest names");
    }
    return totals;
  }

  private Path placeOf(Member member) {
    Folder folder = folders.peek();
    return folder == null
        ? stagings.get(guard.root()).tree()
        : folder.path().resolve(RawNames.toPath(member.lastName()));
  }

  private void write(Member member, Path path) throws IOException, InterruptedException {
    switch (member.type()) {
      case DIRECTORY -> {
        Staging.createPrivateDirectory(path);
        folders.push(new Folder(path, member));
        totals.addDirectory();
      }
      case FILE -> {
        writeFile(member, path);
        totals.addFile(member.size());
      }
      case HARD_LINK -> {
        Files.createLink(path, linked(member));
        totals.addFile(0);
      }
      case SYMLINK -> {
        Files.createSymbolicLink(path, RawNames.toPath(member.link()));
        ownership.applyToLink(path, member);
        totals.addLink();
      }
    }
  }

  private void writeFile(Member member, Path path) throws IOException, InterruptedException {
    FileChannel channel = FileChannel.open(path, NEW_FILE, PRIVATE_FILE);
    boolean handedOver = false;
    try {
      long position = 0;
      while (position < member.size()) {
        int got = archive.read(buffer);
        if (got == 0) {
          throw archive.refuse(member.name(), "ends at byte " + position + " of " + member.size());
        }
        writeBlocks(channel, position, got);
        position += got;
        progress.accept(got);
      }
      if (channel.size() < member.size()) {
        // It ends in a hole: a last byte makes it as long as it was.
        writeAll(channel, ByteBuffer.wrap(new byte[1]), member.size() - 1);
      }
      ownership.apply(path, member);
      handedOver = true;
      syncer.sync(channel);
    } finally {
      if (!handedOver) {
        channel.close();
      }
    }
  }

  /** Writes the blocks of the buffer that are not zeros. */
  private void writeBlocks(FileChannel channel, long position, int length) throws IOException {
    int begin = 0;
    while (begin < length) {
      int end = begin;
      while (end < length && !isHole(end, length)) {
        end = Math.min(length, end + Archive.BLOCK);
      }
      writeAll(channel, ByteBuffer.wrap(buffer, begin, end - begin), position + begin);
      begin = end;
      while (begin < length && isHole(begin, length)) {
        begin = Math.min(length, begin + Archive.BLOCK);
      }
    }
  }

  private boolean isHole(int from, int length) {
    return Holes.isHole(buffer, from, Math.min(Archive.BLOCK, length - from));
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** The file that a hard link is to name once more; reached through folders only. */
  private Path linked(Member member) throws IOException {
    String root = stagings.get(guard.root()).root().member();
    Path path = stagings.get(guard.root()).tree();
    for (Path name : RawNames.toPath(member.link().substring(root.length() + 1))) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw archive.refuse(member.name(), "is a hard link through what is no folder");
      }
      path = path.resolve(name);
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw archive.refuse(
          member.name(),
          "is a hard link to '"
              + RawNames.show(member.link())
              + "', which is no file that stands before it");
    }
    return path;
  }

  /** Gives folders their modes and times, now that their content is written. */
  private void closeFolders(int depth) throws IOException, InterruptedException {
    while (folders.size() > depth) {
      Folder folder = folders.pop();
      // Opened before the mode may forbid it.
      FileChannel channel = FileChannel.open(folder.path(), StandardOpenOption.READ);
      boolean handedOver = false;
      try {
        ownership.apply(folder.path(), folder.member());
        handedOver = true;
        syncer.sync(channel);
      } finally {
        if (!handedOver) {
          channel.close();
        }
      }
    }
  }
}
