package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Takes one capture of trees. Used once. */
final class FilesCapture {
  private final String source;
  private final TreeVersions.Trees trees;
  private final Clock clock;
  private final ArtifactSink out;
  private final FindingLog findings;
  private final WalkOrder order;

  FilesCapture(String source, TreeVersions.Trees trees, Clock clock, ArtifactSink out) {
    this.source = source;
    this.trees = trees;
    this.clock = clock;
    this.out = out;
    this.findings = new FindingLog(out::report);
    this.order =
        new WalkOrder(trees.roots().stream().map(root -> RawNames.of(root).substring(1)).toList());
  }

  /** Captures all. */
  SourceState whole() throws IOException, InterruptedException {
    out.expect(estimate(null));
    return take(null);
  }

  /** Captures what has changed since another capture. */
  SourceState since(Captured parent) throws IOException, InterruptedException {
    try {
      try (KnownTree known = KnownTree.open(source, parent, roots())) {
        out.expect(estimate(known));
      }
      try (KnownTree known = KnownTree.open(source, parent, roots())) {
        return take(known);
      }
    } catch (ClosedByInterruptException e) {
      throw TreeCapture.interrupted(trees.roots().get(0), e);
    }
  }

  /** The captured paths, as they stand among the attributes. */
  private Map<String, String> roots() {
    Map<String, String> roots = new TreeMap<>();
    int number = 0;
    for (Path root : trees.roots()) {
      roots.put(Archive.ROOT + ++number, RawNames.toText(RawNames.of(root)));
    }
    return roots;
  }

  private SourceState take(@Nullable KnownTree known) throws IOException, InterruptedException {
    Map<String, String> attributes = new TreeMap<>(roots());
    Instant begun = clock.instant();
    Instant walked;
    try (ArtifactStream files = out.create(Archive.ARTIFACT, Archive.EXTENSION);
        ArtifactStream tree = out.create(Listing.ARTIFACT, Listing.EXTENSION)) {
      TreeCapture tar = new TreeCapture(files, files::index, findings);
      Listing.Writer listing = new Listing.Writer(tree, begun);
      CaptureWriter writer =
          new CaptureWriter(
              tar, listing, Optional.ofNullable(known).map(each -> each.basis(findings)));
      Pairing<Listed> pairing = new Pairing<>(known, order, writer);
      TreeWalk walk = new TreeWalk(trees.excludes(), pairing, findings);
      int number = 0;
      for (Path root : trees.roots()) {
        walk.walk(root);
        attributes.put(
            Archive.ROOT + ++number + Archive.ROOT_BYTES, Long.toString(writer.endRoot()));
      }
      pairing.end();
      walked = clock.instant();
      tar.finish();
      files.finish();
      attributes.put(Listing.DIGEST, listing.finish());
      tree.finish();
      attributes.put(Listing.DEPTH, Integer.toString(writer.depth()));
      describe(writer.totals(), attributes);
    }
    if (known != null) {
      attributes.put(Listing.PARENT, known.digest());
    }
    findings.finish();
    return new SourceState(walked, attributes);
  }

  private static void describe(Totals totals, Map<String, String> attributes) {
    attributes.put(Archive.FILES, Long.toString(totals.files()));
    attributes.put(Archive.DIRECTORIES, Long.toString(totals.directories()));
    attributes.put(Archive.LINKS, Long.toString(totals.links()));
    attributes.put(Archive.BYTES, Long.toString(totals.bytes()));
  }

  /** How long the tar is going to be; what cannot be looked at is reported by the capture. */
  private long estimate(@Nullable KnownTree known) throws IOException, InterruptedException {
    FindingLog silent = new FindingLog(finding -> {});
    SizeEstimate estimate = new SizeEstimate();
    TreeWalk.Visitor visitor =
        known == null
            ? estimate
            : new Pairing<>(known, order, new Increment(estimate, known.basis(silent)));
    TreeWalk walk = new TreeWalk(trees.excludes(), visitor, silent);
    for (Path root : trees.roots()) {
      walk.walk(root);
    }
    return estimate.bytes();
  }

  /** Estimates what is new or may be different. */
  private record Increment(SizeEstimate estimate, CaptureWriter.Basis basis)
      implements Pairing.Pairs<Listed> {

    @Override
    public void gone(Listed known) {
      // Takes up nothing.
    }

    @Override
    public void met(@Nullable Listed known, Found found) {
      boolean kept = known != null && basis.comparison().isSurelyUnchanged(known.print(), found);
      if (found.kind() == FileStat.Kind.FILE && !kept) {
        estimate.file(found.node(), found.opener());
      }
    }
  }
}
