package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a version: what is new or different since version 0 goes into the tar, with the folders
 * above it; what is gone, into a list; and what all is like now, into the prints. Not safe for
 * concurrent use.
 */
final class VersionWriter implements Pairing.Pairs<Known> {
  /** Bounds memory; beyond it, hard links are stored once more. */
  private static final int MAX_FIRST_NAMES = 100_000;

  private final TreeCapture tree;
  private final Gone gone;
  private final Prints.Writer prints;
  private final Comparison comparison;
  private final boolean complete;
  private final Totals totals = new Totals();
  private final Deque<Folder> folders = new ArrayDeque<>();

  /** Files of version 0 that are different by now, and that hard links there may name. */
  private final Set<String> changedFirsts = new HashSet<>();

  private boolean manyFirsts;
  private String goneFolder = "";
  private long disk;

  /** Takes the names of what was in version 0 and is no more, in the order of a walk. */
  @FunctionalInterface
  interface Gone {
    void add(String name) throws IOException;
  }

  /** What a version is written to. */
  record Outputs(TreeCapture tree, Gone gone, Prints.Writer prints) {}

  /** A folder above what the walk comes by next; unchanged ones are written if that is. */
  private static final class Folder {
    private final TreeWalk.Node node;
    private boolean written;

    Folder(TreeWalk.Node node) {
      this.node = node;
    }
  }

  /**
   * @param out where what goes where
   * @param complete whether it is a version 0
   */
  VersionWriter(Outputs out, Comparison comparison, boolean complete) {
    this.tree = out.tree();
    this.gone = out.gone();
    this.prints = out.prints();
    this.comparison = comparison;
    this.complete = complete;
  }

  /** What the version consists of, with what it has in common with version 0. */
  Totals totals() {
    return totals;
  }

  /**
   * Ends a root.
   *
   * @return what its files take up on disk, in bytes
   */
  long endRoot() {
    tree.endRoot();
    long bytes = disk;
    disk = 0;
    return bytes;
  }

  @Override
  public void gone(Known known) throws IOException {
    Print base = known.base();
    if (base != null) {
      noteFirst(known.name(), base);
      takeOut(known.name(), base);
      prints.add(new Known(known.name(), base, null));
    }
  }

  @Override
  public void met(@Nullable Known known, Found found) throws IOException, InterruptedException {
    closeFolders(found.name());
    Print same = known == null ? null : known.unchanged();
    Optional<Print> unchanged = comparison.unchanged(same, found);
    if (unchanged.isPresent() && !namesWhatHasChanged(unchanged.get())) {
      keep(found, unchanged.get());
      return;
    }
    Print base = known == null ? null : known.base();
    Print now = store(found);
    if (base != null) {
      noteFirst(found.name(), base);
      if (!base.kind().fits(now.kind())) {
        takeOut(found.name(), base);
      }
    }
    count(now);
    prints.add(new Known(found.name(), complete ? now : base, now));
  }

  private void keep(Found found, Print print) throws IOException {
    if (print.kind() == Print.Kind.DIRECTORY) {
      folders.push(new Folder(found.node()));
    }
    count(print);
    prints.add(new Known(found.name(), print, print));
  }

  private void closeFolders(String name) {
    while (!folders.isEmpty() && !WalkOrder.isAtOrBelow(name, folders.element().node.member())) {
      folders.pop();
    }
  }

  private Print store(Found found) throws IOException, InterruptedException {
    writeFolders();
    TreeWalk.Node node = found.node();
    return switch (found.kind()) {
      case DIRECTORY -> {
        tree.directory(node);
        Folder folder = new Folder(node);
        folder.written = true;
        folders.push(folder);
        yield Print.directory(node.stat());
      }
      case SYMLINK -> {
        tree.symlink(node, found.target());
        yield Print.symlink(node.stat(), found.target());
      }
      default -> storeFile(found);
    };
  }

  private Print storeFile(Found found) throws IOException, InterruptedException {
    FileStat stat = found.node().stat();
    Optional<MessageDigest> digest = comparison.digestIfInDoubt(stat);
    return tree.store(found.node(), found.opener(), digest)
        .map(stored -> Print.file(stat, stored, digest.map(Comparison::hex)))
        .orElseGet(() -> Print.leftOut(stat));
  }

  private void writeFolders() throws IOException {
    for (var above = folders.descendingIterator(); above.hasNext(); ) {
      Folder folder = above.next();
      if (!folder.written) {
        tree.directory(folder.node);
        folder.written = true;
      }
    }
  }

  private void takeOut(String name, Print base) throws IOException {
    boolean below = !goneFolder.isEmpty() && WalkOrder.isAtOrBelow(name, goneFolder);
    if (below || base.kind() == Print.Kind.LEFT_OUT) {
      return;
    }
    gone.add(name);
    goneFolder = name;
  }

  private void noteFirst(String name, Print base) {
    if (base.kind() != Print.Kind.FILE || base.stat().links() == 1) {
      return;
    }
    if (changedFirsts.size() < MAX_FIRST_NAMES) {
      changedFirsts.add(name);
    } else {
      manyFirsts = true;
    }
  }

  private boolean namesWhatHasChanged(Print print) {
    return print.kind() == Print.Kind.HARD_LINK
        && (manyFirsts || changedFirsts.contains(print.link()));
  }

  private void count(Print print) {
    switch (print.kind()) {
      case FILE -> {
        totals.addFile(print.content().size());
        disk += print.content().disk();
      }
      case HARD_LINK -> totals.addFile(0);
      case DIRECTORY -> totals.addDirectory();
      case SYMLINK -> totals.addLink();
      case LEFT_OUT -> {}
    }
  }
}
