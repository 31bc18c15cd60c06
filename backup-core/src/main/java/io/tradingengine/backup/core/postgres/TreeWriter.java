package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.Captured;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Writes artifacts as folders and files, with all the threads that read them, and takes everything
 * to the disk meanwhile. Its methods are called by one thread.
 */
final class TreeWriter implements AutoCloseable {
  /** More may be open for a moment, as many as there are threads. */
  private static final int OPEN_FILES = 256;

  private final Captured captured;
  private final FileRights rights;
  private final LongConsumer progress;
  private final OpenFiles openFiles = new OpenFiles(OPEN_FILES);
  private final BackgroundSync sync;
  private final Set<Path> folders = new TreeSet<>();
  private List<RestoredFile> current = List.of();

  TreeWriter(Captured captured, FileRights rights, LongConsumer progress) {
    this.captured = captured;
    this.rights = rights;
    this.progress = progress;
    this.sync = new BackgroundSync("restore");
  }

  /**
   * Writes an artifact below {@code root}, which is there.
   *
   * @param heldBack files that are not written
   * @return the bytes of those that were held back, by name
   */
  Map<String, byte[]> write(ArtifactContents contents, Path root, Predicate<Member> heldBack)
      throws IOException, InterruptedException {
    createFolders(contents, root, heldBack);
    List<RestoredFile> files = new ArrayList<>();
    for (Member member : contents.members()) {
      RestoredFile file =
          heldBack.test(member)
              ? new HeldBackFile(member)
              : new DiskFile(member, root.resolve(member.inArtifact()), rights, openFiles, sync);
      files.add(file);
    }
    current = files;
    List<RestoredFile> withBytes = new ArrayList<>();
    for (RestoredFile file : files) {
      if (file.member().size() == 0) {
        // Measured, 1,500 of them: without a sync each, a quarter less time. But then only the file
        // system's kindness would take their mode and owner to the disk with the folder's names.
        file.acceptNothing();
      } else {
        withBytes.add(file);
      }
    }
    captured.readParallel(contents.artifact(), new PieceRouter(withBytes, progress));
    sync.drain();
    return collect(files);
  }

  /** Takes the names in all folders to the disk, those written here and {@code others}. */
  void syncFolders(Set<Path> others) throws IOException, InterruptedException {
    folders.addAll(others);
    for (Path folder : folders) {
      sync.submit(() -> Durable.sync(folder));
    }
    sync.drain();
  }

  /** Stops all threads, and closes what is open. */
  @Override
  public void close() throws IOException {
    sync.close();
    for (RestoredFile file : current) {
      if (file instanceof DiskFile onDisk) {
        onDisk.close();
      }
    }
  }

  private void createFolders(ArtifactContents contents, Path root, Predicate<Member> heldBack)
      throws IOException {
    Set<Path> wanted = new TreeSet<>();
    for (String folder : contents.folders()) {
      wanted.add(root.resolve(folder));
    }
    for (Member member : contents.members()) {
      if (heldBack.test(member)) {
        continue;
      }
      Path file = root.resolve(member.inArtifact());
      for (Path folder = file.getParent();
          folder != null && !folder.equals(root);
          folder = folder.getParent()) {
        wanted.add(folder);
      }
    }
    for (Path folder : wanted) {
      rights.createFolders(folder);
    }
    folders.add(root);
    folders.addAll(wanted);
  }

  private Map<String, byte[]> collect(List<RestoredFile> files) throws IOException {
    Map<String, byte[]> heldBack = new HashMap<>();
    for (RestoredFile file : files) {
      if (!file.isComplete()) {
        throw new IOException("not all of '" + file.member().name() + "' was read");
      }
      if (file instanceof HeldBackFile inMemory) {
        heldBack.put(file.member().name(), inMemory.bytes());
      }
    }
    return heldBack;
  }
}
