package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Takes a base backup as the server sends it: whole, or only what it knows to have changed. */
final class WholeArchives implements Archives {
  private final ArtifactSink sink;
  private final ServerFacts facts;
  private final PageFindings pages;
  private final Optional<SummaryCheck> summaries;
  private final Optional<BlockMaps> maps;

  private WholeArchives(
      ArtifactSink sink, ServerFacts facts, PageFindings pages, Optional<SummaryCheck> summaries) {
    this.sink = sink;
    this.facts = facts;
    this.pages = pages;
    this.summaries = summaries;
    this.maps = summaries.map(each -> new BlockMaps());
  }

  /** For a backup of everything. */
  static WholeArchives full(ArtifactSink sink, ServerFacts facts, PageFindings pages) {
    return new WholeArchives(sink, facts, pages, Optional.empty());
  }

  /**
   * For a backup in which the server leaves out what has not changed.
   *
   * @param summaries looks after it
   */
  static WholeArchives changes(
      ArtifactSink sink, ServerFacts facts, PageFindings pages, SummaryCheck summaries) {
    return new WholeArchives(sink, facts, pages, Optional.of(summaries));
  }

  @Override
  public BackupPart open(String name) throws IOException {
    ArchiveTarget target = ArchiveTarget.of(name);
    return new ArchiveWriter(
        target, target.create(sink), new PageCheck(facts.layout(), pages), this);
  }

  @Override
  public BackupPart manifest() throws IOException {
    return manifest(sink);
  }

  /** The server's manifest, which is not an archive and kept byte for byte. */
  static BackupPart manifest(ArtifactSink sink) throws IOException {
    ArtifactStream out = sink.create(ContentsReader.MANIFEST, "");
    return new BackupPart() {
      @Override
      public void write(ByteBuffer piece) throws IOException {
        out.write(piece);
      }

      @Override
      public void finish() throws IOException {
        out.finish();
      }

      @Override
      public void close() {
        out.close();
      }
    };
  }

  ServerFacts facts() {
    return facts;
  }

  /** Takes the blocks that each incremental file has; empty for a backup without such files. */
  Optional<BlockMaps> maps() {
    return maps;
  }

  @Override
  public void finish(Lsn start) throws IOException, InterruptedException {
    if (maps.isPresent() && summaries.isPresent()) {
      summaries.get().correct(maps.get().maps(), start);
      maps.get().write(sink);
    }
  }
}
