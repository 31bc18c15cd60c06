package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts the captures of a chain together to one that stands on its own, as the server would have
 * sent it. Needs no server, and writes no file. Used once, by one thread.
 */
final class CaptureMerge {
  private final String sourceName;
  private final Captured newest;
  private final List<Captured> chain;
  private final ArtifactSink out;
  private final Map<String, Integer> checksums = new HashMap<>();
  private Optional<byte[]> label = Optional.empty();

  /**
   * @param earlier what the newest builds on, the one that stands on its own first
   */
  CaptureMerge(String sourceName, Captured newest, List<Captured> earlier, ArtifactSink out) {
    this.sourceName = sourceName;
    this.newest = newest;
    this.chain = new ArrayList<>(earlier);
    this.chain.add(newest);
    this.out = out;
  }

  SourceState run() throws IOException, InterruptedException {
    List<Combination.Link> links = new ArrayList<>();
    for (Captured captured : chain) {
      links.add(new Combination.Link(captured, new ContentsReader(captured, sourceName).read()));
    }
    Combination combination = Combination.of(links, sourceName);
    BackupContents contents = links.get(links.size() - 1).contents();
    Optional<AssembledPages> pages = combination.pages();
    out.expect(contents.bytes());
    for (Tablespace tablespace : contents.tablespaces()) {
      archive(tablespace.contents(), combination, pages);
    }
    archive(contents.base(), combination, pages);
    for (Captured.ArtifactInfo artifact : newest.artifacts()) {
      if (Set.of(ContentsReader.WAL, ContentsReader.CONFIGURATION).contains(artifact.name())) {
        newest.copy(artifact, out);
      }
    }
    manifest(combination.manifest(checksums));
    if (pages.isPresent()) {
      pages.get().judge(sourceName).forEach(out::report);
    }
    return state();
  }

  private void archive(
      ArtifactContents contents, Combination combination, Optional<AssembledPages> pages)
      throws IOException {
    ArchiveMerge archive =
        new ArchiveMerge(newest.backupId() + "/" + sourceName, contents, combination, pages);
    archive.run(out);
    checksums.putAll(archive.checksums());
    label = archive.label().or(() -> label);
  }

  /** The server's manifest, with what was changed in it. */
  private void manifest(ServerManifest assembled) throws IOException {
    ServerManifest manifest = assembled;
    ManifestFile before = assembled.files().get(BackupLabel.NAME);
    if (label.isPresent() && before != null) {
      manifest =
          assembled.edited(Set.of(), Map.of(BackupLabel.NAME, label.get()), before.modified());
    }
    try (ArtifactStream stream = out.create(ContentsReader.MANIFEST, "")) {
      stream.write(manifest.render());
      stream.finish();
    }
  }

  private SourceState state() {
    Map<String, String> attributes = new TreeMap<>(newest.state().attributes());
    attributes.remove(IncrementalWay.ATTRIBUTE);
    attributes.remove(IncrementalWay.FROM);
    return new SourceState(newest.state().asOf(), attributes);
  }
}
