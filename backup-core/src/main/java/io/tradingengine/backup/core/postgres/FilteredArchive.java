package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One archive of a base backup, written again with only the changed pages of those segments that an
 * earlier capture has. Everything else goes on as it comes.
 */
final class FilteredArchive implements BackupPart, TarTap.Members {
  private enum Handling {
    COPY,
    COPY_AND_CHECK,
    FILTER
  }

  private final ArchiveTarget target;
  private final ArtifactStream out;
  private final FilteredArchives archives;
  private final TarTap tap = new TarTap(this);
  private final PageCheck check;
  private final PageFilter filter;
  private final byte[] header = new byte[TarHeader.BLOCK];
  private final boolean checksums;
  private Handling handling = Handling.COPY;
  private IndexEntry entry = new IndexEntry("", IndexEntry.Type.FILE, 0, 0, 0, "");

  FilteredArchive(ArchiveTarget target, ArtifactStream out, FilteredArchives archives) {
    this.target = target;
    this.out = out;
    this.archives = archives;
    PageLayout layout = archives.facts().layout();
    this.check = new PageCheck(layout, archives.pages());
    this.filter = new PageFilter(layout.pageSize(), archives.since());
    this.checksums = archives.facts().dataChecksums();
  }

  @Override
  public void write(ByteBuffer piece) throws IOException {
    tap.accept(piece);
    piece.position(piece.limit());
  }

  @Override
  public void begin(IndexEntry entry) throws IOException {
    this.entry = entry;
    Optional<RelationFile> relation = Optional.empty();
    Optional<Integer> before = Optional.empty();
    if (entry.type() == IndexEntry.Type.FILE) {
      archives.databases().found(path(), TarHeader.modified(tap.header()));
      relation = target.relation(entry.path());
      checkName();
      before = relation.filter(RelationFile::main).flatMap(each -> archives.lengthBefore(path()));
    }
    if (relation.isPresent() && checksums) {
      long pages = archives.facts().layout().pagesPerSegment();
      check.begin(path(), relation.get().segment() * pages);
    }
    int pageSize = archives.facts().layout().pageSize();
    if (before.isPresent() && entry.size() > 0 && entry.size() % pageSize == 0) {
      System.arraycopy(tap.header(), 0, header, 0, header.length);
      filter.begin(before.get());
      handling = Handling.FILTER;
    } else {
      handling = relation.isPresent() && checksums ? Handling.COPY_AND_CHECK : Handling.COPY;
      put(entry, tap.header());
    }
  }

  /** Nothing of PostgreSQL's has such a name, which is that of what we write. */
  private void checkName() throws UnusableParentException {
    if (IncrementalName.original(entry.path()).flatMap(target::relation).isPresent()) {
      throw new UnusableParentException(
          "there is a file '" + path() + "' in the data directory, which does not belong there");
    }
  }

  private String path() {
    return target.folder() + entry.path();
  }

  private void put(IndexEntry member, byte[] memberHeader) throws IOException {
    out.write(memberHeader);
    out.index(
        new IndexEntry(
            member.path(),
            member.type(),
            member.mode(),
            out.position(),
            member.size(),
            member.link()));
  }

  @Override
  public void data(ByteBuffer piece) throws IOException {
    if (handling != Handling.COPY && checksums) {
      check.accept(piece.duplicate());
    }
    if (handling == Handling.FILTER) {
      filter.accept(piece);
    } else {
      out.write(piece);
    }
  }

  @Override
  public void end() throws IOException {
    long size = entry.size();
    if (handling == Handling.FILTER) {
      BlockMap map = filter.map();
      size = map.fileLength();
      String name = IncrementalName.of(entry.path());
      put(
          new IndexEntry(name, entry.type(), entry.mode(), 0, size, ""),
          TarHeader.renamed(header, name, size));
      out.write(map.header());
      filter.drainTo(out);
      archives.maps().add(path(), map);
      if (filter.leftOut()) {
        archives.databases().reliedOn(path());
      }
    }
    out.write(new byte[TarHeader.padding(size)]);
  }

  @Override
  public void finish() throws IOException {
    tap.finish();
    out.write(new byte[2 * TarHeader.BLOCK]);
    out.finish();
  }

  /** What the filter kept in a temporary file goes with it, whatever becomes of the file. */
  @Override
  public void close() {
    try {
      out.close();
    } finally {
      filter.close();
    }
  }
}
