package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One archive of a base backup, which goes into its artifact as it comes: its members are indexed,
 * their pages checked, and the headers of incremental files noted.
 */
final class ArchiveWriter implements BackupPart, TarTap.Members {
  private enum Reading {
    /** A file without pages. */
    NOTHING,
    /** The header of an incremental file. */
    HEADER,
    PAGES
  }

  private final ArchiveTarget target;
  private final ArtifactStream out;
  private final PageCheck check;
  private final WholeArchives archives;
  private final TarTap tap = new TarTap(this);
  private Reading reading = Reading.NOTHING;
  private String path = "";
  private long firstBlock;
  private BlockMapReader header;

  ArchiveWriter(ArchiveTarget target, ArtifactStream out, PageCheck check, WholeArchives archives) {
    this.target = target;
    this.out = out;
    this.check = check;
    this.archives = archives;
    this.header = new BlockMapReader(archives.facts().layout(), 0);
  }

  @Override
  public void write(ByteBuffer piece) throws IOException {
    tap.accept(piece);
    out.write(piece);
  }

  @Override
  public void finish() throws IOException {
    tap.finish();
    out.finish();
  }

  @Override
  public void close() {
    out.close();
  }

  @Override
  public void begin(IndexEntry entry) throws IOException {
    out.index(entry);
    reading = Reading.NOTHING;
    if (entry.type() != IndexEntry.Type.FILE) {
      return;
    }
    Optional<String> original =
        archives.maps().isPresent() ? IncrementalName.original(entry.path()) : Optional.empty();
    Optional<RelationFile> relation = target.relation(original.orElse(entry.path()));
    if (original.isPresent() && relation.isEmpty()) {
      throw new IOException(
          "the server's base backup is not understood: '" + entry.path() + "' is no relation");
    }
    if (relation.isPresent()) {
      PageLayout layout = archives.facts().layout();
      path = target.folder() + original.orElse(entry.path());
      firstBlock = relation.get().segment() * layout.pagesPerSegment();
      if (original.isPresent()) {
        header = new BlockMapReader(layout, entry.size());
        reading = Reading.HEADER;
      } else if (archives.facts().dataChecksums()) {
        check.begin(path, firstBlock);
        reading = Reading.PAGES;
      }
    }
  }

  @Override
  public void data(ByteBuffer piece) throws IOException {
    if (reading == Reading.HEADER && header.accept(piece)) {
      endOfHeader();
    }
    if (reading == Reading.PAGES) {
      check.accept(piece);
    }
  }

  private void endOfHeader() throws IOException {
    BlockMap map = header.map();
    if (archives.maps().isPresent()) {
      archives.maps().get().add(path, map);
    }
    boolean checked = archives.facts().dataChecksums();
    reading = checked ? Reading.PAGES : Reading.NOTHING;
    if (checked) {
      check.begin(path, firstBlock, map::block);
    }
  }

  @Override
  public void end() throws IOException {
    if (reading == Reading.HEADER) {
      throw new IOException(
          "the server's base backup is not understood: '" + path + "' has no whole header");
    }
  }
}
