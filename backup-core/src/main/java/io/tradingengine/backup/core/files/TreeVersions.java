package io.tradingengine.backup.core.files;

import io.tradingengine.backup.core.files.Prints.Heading;
import io.tradingengine.backup.core.files.Prints.Scope;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.ChangeSink.Piece;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps versions of trees: version 0 of a series whole, each later one as its difference to that.
 * Once a difference grows too large, a new series begins. What the last version was like stands in
 * a file, so that an unchanged tree costs nothing but a walk, after a new start too.
 */
final class TreeVersions implements VersionTracker {
  private static final Logger log = LoggerFactory.getLogger(TreeVersions.class);
  static final String EXTENSION = "tree";

  /** A difference may have this many bytes, or half of version 0's if that is more. */
  static final long SMALL = 1L << 20;

  private static final String PRINTS = "version.prints";
  private static final String NEXT_PRINTS = "version.prints.next";

  private final ChangeSink sink;
  private final Trees trees;
  private final Clock clock;
  private final Scope scope;
  private final WalkOrder order;
  private final Path folder;
  private final Path prints;
  private final Reports reports;
  private @Nullable Numbering numbering;
  private @Nullable Heading last;
  private boolean doubtful = true;

  /**
   * What is kept.
   *
   * @param roots absolute, in the order of their bytes
   */
  record Trees(List<Path> roots, Excludes excludes) {
    Trees {
      roots = List.copyOf(roots);
    }
  }

  TreeVersions(ChangeSink sink, Trees trees, Clock clock) {
    this.sink = sink;
    this.trees = trees;
    this.clock = clock;
    List<String> members =
        trees.roots().stream().map(root -> RawNames.of(root).substring(1)).toList();
    this.scope = new Scope(members, trees.excludes().patterns());
    this.order = new WalkOrder(members);
    this.folder = sink.folder();
    this.prints = folder.resolve(PRINTS);
    this.reports = new Reports(sink);
  }

  @Override
  public Optional<StreamPosition> capture() throws IOException, InterruptedException {
    try {
      Files.createDirectories(folder);
      Numbering numbers = begin();
      Heading now;
      try {
        now = capture(last, numbers);
      } catch (Prints.Unreadable e) {
        log.warn("a new series of versions begins: {}", e.getMessage(), e);
        now = capture(null, numbers);
      }
      last = now;
      reports.tell();
      return Optional.of(now.version().position());
    } catch (ClosedByInterruptException e) {
      throw TreeCapture.interrupted(folder, e);
    }
  }

  private Heading capture(@Nullable Heading before, Numbering numbers)
      throws IOException, InterruptedException {
    reports.begin();
    if (before != null && isUnchanged(before)) {
      return before;
    }
    reports.begin();
    return take(before, numbers);
  }

  /** Once: finds out where the last process has stopped. */
  private Numbering begin() throws IOException, InterruptedException {
    Numbering begun = numbering;
    if (begun != null) {
      return begun;
    }
    VersionPiece.clear(folder);
    Files.deleteIfExists(folder.resolve(NEXT_PRINTS));
    VersionList there = VersionList.of(sink.names(), EXTENSION);
    begun = new Numbering(clock, there);
    Optional<Heading> found = Prints.check(prints).filter(heading -> isUsable(heading, there));
    if (found.isPresent()) {
      Version version = found.get().version();
      last = found.get();
      begun.resume(version.series(), Math.max(version.number(), there.highest(version.series())));
    }
    numbering = begun;
    return begun;
  }

  /** Whether a series can go on: it is about the same paths, and what it builds on is there. */
  private boolean isUsable(Heading heading, VersionList there) {
    return heading.scope().equals(scope)
        && there.versions().contains(heading.zero())
        && there.versions().contains(heading.version());
  }

  private boolean isUnchanged(Heading heading) throws IOException, InterruptedException {
    if (!doubtful) {
      return isUnchanged(known -> {});
    }
    try (Prints.Writer renewed = new Prints.Writer(folder.resolve(NEXT_PRINTS))) {
      if (!isUnchanged(renewed::add)) {
        return false;
      }
      renewed.publish(heading, prints);
      doubtful = renewed.doubtful();
      return true;
    }
  }

  private boolean isUnchanged(Look.Renewed renewed) throws IOException, InterruptedException {
    FindingLog findings = new FindingLog(reports::add);
    Comparison comparison = new Comparison(clock.instant(), findings);
    try (Prints.Reader known = new Prints.Reader(prints)) {
      Pairing<Known> pairing = new Pairing<>(known::next, order, new Look(comparison, renewed));
      TreeWalk walk = new TreeWalk(trees.excludes(), pairing, findings);
      for (Path root : trees.roots()) {
        walk.walk(root);
      }
      pairing.end();
      findings.finish();
      return true;
    } catch (Look.Different e) {
      return false;
    }
  }

  private Heading take(@Nullable Heading before, Numbering numbers)
      throws IOException, InterruptedException {
    if (before != null) {
      long limit = Math.max(SMALL, before.size() / 2);
      try (VersionPiece piece = VersionPiece.difference(folder, limit);
          Prints.Reader known = new Prints.Reader(prints)) {
        return write(piece, known::next, before, numbers);
      } catch (VersionPiece.TooLarge e) {
        reports.begin();
      }
    }
    VersionHead placeholder =
        head(Version.PLACEHOLDER, Collections.nCopies(scope.roots().size(), 0L), new Totals());
    try (VersionPiece piece = VersionPiece.complete(folder, placeholder)) {
      return write(piece, null, null, numbers);
    }
  }

  /** Writes and hands over a version; without one before, version 0 of a new series. */
  private Heading write(
      VersionPiece piece,
      Pairing.@Nullable Memory<Known> known,
      @Nullable Heading before,
      Numbering numbers)
      throws IOException, InterruptedException {
    FindingLog findings = new FindingLog(reports::add);
    Comparison comparison = new Comparison(clock.instant(), findings);
    TreeCapture tree = new TreeCapture(piece.tree(), entry -> {}, findings);
    try (Prints.Writer next = new Prints.Writer(folder.resolve(NEXT_PRINTS))) {
      VersionWriter writer =
          new VersionWriter(
              new VersionWriter.Outputs(tree, piece, next), comparison, before == null);
      Pairing<Known> pairing = new Pairing<>(known, order, writer);
      TreeWalk walk = new TreeWalk(trees.excludes(), pairing, findings);
      List<Long> bytes = new ArrayList<>();
      for (Path root : trees.roots()) {
        walk.walk(root);
        bytes.add(writer.endRoot());
      }
      pairing.end();
      tree.finish();
      findings.finish();
      Version version = before == null ? numbers.first() : numbers.next();
      Path file = piece.finish(head(version, bytes, writer.totals()));
      long size = Files.size(file);
      store(version, file, size);
      Heading heading =
          before == null
              ? new Heading(version, version, size, scope)
              : new Heading(version, before.zero(), before.size(), scope);
      next.publish(heading, prints);
      doubtful = next.doubtful();
      return heading;
    }
  }

  private VersionHead head(Version version, List<Long> bytes, Totals totals) {
    List<VersionHead.Root> roots = new ArrayList<>();
    for (int i = 0; i < bytes.size(); i++) {
      roots.add(new VersionHead.Root(scope.roots().get(i), bytes.get(i)));
    }
    return new VersionHead(version.series(), version.number(), roots, VersionHead.totals(totals));
  }

  private void store(Version version, Path file, long size)
      throws IOException, InterruptedException {
    sink.store(
        new Piece(
            version.piece(EXTENSION),
            file,
            0,
            size,
            Optional.of(version.position()),
            Optional.empty()));
  }

  @Override
  public void close() {}
}
