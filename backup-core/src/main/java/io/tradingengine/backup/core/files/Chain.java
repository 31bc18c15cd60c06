package io.tradingengine.backup.core.files;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The captures that a restore reads: one that stands on its own, and each that builds on the one
 * before. Immutable.
 *
 * @param source the source's name
 * @param captures in that order
 */
record Chain(String source, List<Captured> captures) {

  Chain {
    captures = List.copyOf(captures);
  }

  /**
   * The chain of what is restored.
   *
   * @throws IntegrityException if its parts do not fit together by what they say of themselves
   */
  static Chain of(String source, RestoreTask task) {
    return of(source, task.captured(), task.earlier());
  }

  /**
   * The chain of a capture.
   *
   * @param earlier what it builds on, the one that stands on its own first
   * @throws IntegrityException if its parts do not fit together by what they say of themselves
   */
  static Chain of(String source, Captured captured, List<Captured> earlier) {
    List<Captured> captures = new ArrayList<>(earlier);
    captures.add(captured);
    Chain chain = new Chain(source, captures);
    if (chain.listing().isPresent() || captures.size() > 1) {
      chain.check();
    }
    return chain;
  }

  private void check() {
    for (int i = 0; i < captures.size(); i++) {
      Captured captured = captures.get(i);
      SourceState state = captured.state();
      if (depth(captured, source) != i) {
        throw refuse(
            captured,
            "builds on %d earlier backups, and %d are there".formatted(depth(captured, source), i));
      }
      if (i > 0) {
        Captured before = captures.get(i - 1);
        if (!state.find(Listing.PARENT).equals(before.state().find(Listing.DIGEST))) {
          throw refuse(captured, "does not build on " + before.backupId());
        }
        if (!KnownTree.roots(state).equals(KnownTree.roots(before.state()))) {
          throw refuse(captured, "covers other paths than " + before.backupId());
        }
      }
    }
  }

  /** How many captures one builds on, as it says. */
  static int depth(Captured captured, String source) {
    SourceState state = captured.state();
    Optional<String> said = state.find(Listing.DIGEST).flatMap(digest -> state.find(Listing.DEPTH));
    if (said.isEmpty() || !said.get().matches("[0-9]{1,9}")) {
      throw refuse(source, captured, "has no listing, or does not say how many it builds on");
    }
    return Integer.parseInt(said.get());
  }

  /** SHA-256 of the newest listing; empty for a capture of an older release. */
  private Optional<String> listing() {
    return newest().state().find(Listing.DIGEST);
  }

  private Captured newest() {
    return captures.get(captures.size() - 1);
  }

  /**
   * Opens it as one archive.
   *
   * @param roots raw names, in the order in which they stand in it
   */
  Members open(List<String> roots) throws IOException {
    return listing().isEmpty() ? ArchiveReader.open(source, newest()) : openListed(roots);
  }

  /**
   * Opens it as what the newest listing names.
   *
   * @param roots raw names, in the order in which they stand in it
   * @throws IntegrityException if there is no listing
   */
  ListedArchive openListed(List<String> roots) throws IOException {
    String digest = listing().orElseThrow(() -> refuse(newest(), "has no listing of its files"));
    boolean there =
        newest().artifacts().stream().anyMatch(each -> each.name().equals(Listing.ARTIFACT));
    if (!there) {
      throw refuse(newest(), "lacks the artifact '" + Listing.ARTIFACT + "' in the manifest");
    }
    Listing.Reader listing = Listing.Reader.open(source, newest(), digest);
    WalkOrder order = new WalkOrder(roots);
    return new ListedArchive(
        listing,
        captures.stream()
            .map(captured -> new StoredContents(source, captured, order, captured == newest()))
            .toList());
  }

  private IntegrityException refuse(Captured captured, String why) {
    return refuse(source, captured, why);
  }

  private static IntegrityException refuse(String source, Captured captured, String why) {
    return new IntegrityException(
        captured.backupId() + "/" + source,
        why,
        "restore another backup, or copy the missing ones back from another destination",
        null);
  }
}
