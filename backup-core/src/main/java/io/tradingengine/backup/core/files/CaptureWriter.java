package io.tradingengine.backup.core.files;

import io.tradingengine.backup.core.files.Print.Content;
import io.tradingengine.backup.core.files.Print.Kind;
import io.tradingengine.backup.core.files.Print.Stat;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes a capture: all that the walk comes by into the listing; and into the tar all, or, where it
 * builds on another, the content that no capture before has under that name. Not safe for
 * concurrent use.
 */
final class CaptureWriter implements Pairing.Pairs<Listed> {
  private final TreeCapture tar;
  private final Listing.Writer listing;
  private final Optional<Basis> basis;
  private final int depth;
  private final FirstNames<String> firstNames = new FirstNames<>();
  private final Totals totals = new Totals();
  private long disk;

  /**
   * What a capture builds on.
   *
   * @param depth how many captures this builds on in turn
   * @param comparison tells what is the same as there
   */
  record Basis(int depth, Comparison comparison) {}

  /**
   * @param basis empty for a capture that stands on its own
   */
  CaptureWriter(TreeCapture tar, Listing.Writer listing, Optional<Basis> basis) {
    this.tar = tar;
    this.listing = listing;
    this.basis = basis;
    this.depth = basis.map(each -> each.depth() + 1).orElse(0);
  }

  /** What the tree consists of, wherever it is stored. */
  Totals totals() {
    return totals;
  }

  /** How many captures this one builds on. */
  int depth() {
    return depth;
  }

  /**
   * Ends a root.
   *
   * @return what its files take up on disk, in bytes
   */
  long endRoot() {
    tar.endRoot();
    firstNames.clear();
    long bytes = disk;
    disk = 0;
    return bytes;
  }

  @Override
  public void gone(Listed known) {
    // What is not listed is not there.
  }

  @Override
  public void met(@Nullable Listed known, Found found) throws IOException, InterruptedException {
    TreeWalk.Node node = found.node();
    switch (found.kind()) {
      case DIRECTORY -> {
        if (basis.isEmpty()) {
          tar.directory(node);
        }
        add(found, Print.directory(node.stat()));
        totals.addDirectory();
      }
      case SYMLINK -> {
        if (basis.isEmpty()) {
          tar.symlink(node, found.target());
        }
        add(found, Print.symlink(node.stat(), found.target()));
        totals.addLink();
      }
      default -> file(known, found);
    }
  }

  private void file(@Nullable Listed known, Found found) throws IOException, InterruptedException {
    FileStat stat = found.node().stat();
    if (basis.isPresent()) {
      Optional<String> first = firstNames.next(stat);
      if (first.isPresent()) {
        hardLink(found, first.get());
        return;
      }
      if (known != null && isKept(basis.get().comparison(), known.print(), found)) {
        keep(known, found);
        return;
      }
    }
    MessageDigest digest = Sha256.newDigest();
    Optional<TreeCapture.Stored> stored =
        tar.store(found.node(), found.opener(), Optional.of(digest));
    if (stored.isEmpty()) {
      return;
    }
    Print print =
        Print.file(
            stat,
            stored.get(),
            Optional.of(digest).filter(each -> stored.get().read()).map(Comparison::hex));
    if (print.kind() == Kind.FILE) {
      firstNames.add(stat, found.name());
    }
    addFile(new Listed(found.name(), print, depth));
  }

  private void hardLink(Found found, String first) throws IOException {
    Print print = new Print(Kind.HARD_LINK, Stat.of(found.node().stat()), Content.NONE, first, "");
    addFile(new Listed(found.name(), print, depth));
  }

  private void keep(Listed known, Found found) throws IOException {
    Print print =
        new Print(
            Kind.FILE,
            Stat.of(found.node().stat()),
            known.print().content(),
            "",
            known.print().digest());
    firstNames.add(found.node().stat(), found.name());
    addFile(new Listed(found.name(), print, known.depth()));
  }

  /** Whether a capture before has the content. What cannot be read now is none of its business. */
  private static boolean isKept(Comparison comparison, Print print, Found found)
      throws InterruptedException {
    if (print.kind() != Kind.FILE || print.digest().isEmpty()) {
      return false;
    }
    if (comparison.isSurelyUnchanged(print, found)) {
      return true;
    }
    try {
      return found.node().stat().size() == print.content().size()
          && comparison.hasContentOf(print, found);
    } catch (IOException e) {
      return false; // storing it meets the same, and reports it
    }
  }

  private void addFile(Listed listed) throws IOException {
    listing.add(listed);
    totals.addFile(listed.print().content().size());
    disk += listed.print().content().disk();
  }

  private void add(Found found, Print print) throws IOException {
    listing.add(new Listed(found.name(), print, depth));
  }
}
