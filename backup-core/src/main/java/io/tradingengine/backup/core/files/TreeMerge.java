package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Puts the captures of a chain together to one that stands on its own: a tar with all that the
 * newest listing names, and a listing that says so. Owners stand in it by number alone. Used once,
 * by one thread.
 */
final class TreeMerge {
  /** Bounds memory; a name more of one that is forgotten has no place in the index. */
  private static final int MOST_FIRST_NAMES = 100_000;

  private final String source;
  private final Captured captured;
  private final List<Captured> earlier;
  private final Totals totals = new Totals();
  private final byte[] buffer = new byte[Archive.BUFFER];

  /** Where files stand that have several names, by the first of these. */
  private final Map<String, Place> firstNames =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Place> eldest) {
          return size() > MOST_FIRST_NAMES;
        }
      };

  /**
   * Where a file's content stands.
   *
   * @param offset in the tar
   * @param size in bytes
   */
  private record Place(long offset, long size) {}

  /**
   * @param earlier what the capture builds on, the one that stands on its own first
   */
  TreeMerge(String source, Captured captured, List<Captured> earlier) {
    this.source = source;
    this.captured = captured;
    this.earlier = List.copyOf(earlier);
  }

  /** Writes it. */
  SourceState into(ArtifactSink out) throws IOException {
    SourceState state = captured.state();
    List<String> roots =
        RestorePlan.roots(source, state).stream().map(VersionHead.Root::member).toList();
    out.expect(Long.parseLong(state.require(Archive.BYTES)));
    Map<String, String> attributes = new TreeMap<>(state.attributes());
    try (ListedArchive all = Chain.of(source, captured, earlier).openListed(roots);
        ArtifactStream files = out.create(Archive.ARTIFACT, Archive.EXTENSION);
        ArtifactStream tree = out.create(Listing.ARTIFACT, Listing.EXTENSION)) {
      TarMembers tar = new TarMembers(files);
      Listing.Writer listing = new Listing.Writer(tree, all.begin());
      for (Listed next = all.nextListed(); next != null; next = all.nextListed()) {
        write(next, all, tar, files);
        listing.add(new Listed(next.name(), next.print(), 0));
      }
      ArchiveFilling.checkTotals(all, totals, "manifest", state::require);
      tar.finish();
      files.finish();
      attributes.put(Listing.DIGEST, listing.finish());
      tree.finish();
    }
    attributes.put(Listing.DEPTH, "0");
    attributes.remove(Listing.PARENT);
    return new SourceState(state.asOf(), attributes);
  }

  private void write(Listed listed, ListedArchive all, TarMembers tar, ArtifactStream files)
      throws IOException {
    Print print = listed.print();
    TarArchiveEntry header = header(listed);
    tar.begin(header, FileTime.from(print.stat().modified()));
    Place place = new Place(tar.position(), 0);
    switch (print.kind()) {
      case DIRECTORY -> totals.addDirectory();
      case SYMLINK -> totals.addLink();
      case HARD_LINK -> {
        place = firstNames.getOrDefault(print.link(), place);
        totals.addFile(0);
      }
      case FILE -> {
        place = new Place(tar.position(), print.content().size());
        if (print.stat().links() > 1) {
          firstNames.put(listed.name(), place);
        }
        content(listed, all, tar);
        totals.addFile(place.size());
      }
      case LEFT_OUT -> throw all.refuse(listed.name(), "was left out");
    }
    tar.end();
    files.index(entry(listed, place));
  }

  private void content(Listed listed, ListedArchive all, TarMembers tar) throws IOException {
    long left = listed.print().content().size();
    while (left > 0) {
      int got = all.read(buffer);
      if (got == 0 || got > left) {
        throw all.refuse(listed.name(), "has another length than the listing says");
      }
      tar.write(buffer, 0, got);
      left -= got;
    }
  }

  private static TarArchiveEntry header(Listed listed) {
    Print print = listed.print();
    TarArchiveEntry header =
        switch (print.kind()) {
          case DIRECTORY -> new TarArchiveEntry(listed.name() + "/", TarConstants.LF_DIR);
          case SYMLINK -> new TarArchiveEntry(listed.name(), TarConstants.LF_SYMLINK);
          case HARD_LINK -> new TarArchiveEntry(listed.name(), TarConstants.LF_LINK);
          case FILE, LEFT_OUT -> new TarArchiveEntry(listed.name(), TarConstants.LF_NORMAL);
        };
    header.setLinkName(print.link());
    header.setSize(print.content().size());
    header.setMode(print.stat().mode());
    header.setUserId(print.stat().uid());
    header.setGroupId(print.stat().gid());
    return header;
  }

  private static IndexEntry entry(Listed listed, Place place) {
    Print print = listed.print();
    boolean link = print.kind() == Print.Kind.SYMLINK;
    return new IndexEntry(
        RawNames.show(listed.name()),
        switch (print.kind()) {
          case DIRECTORY -> IndexEntry.Type.DIRECTORY;
          case SYMLINK -> IndexEntry.Type.SYMLINK;
          case FILE, HARD_LINK, LEFT_OUT -> IndexEntry.Type.FILE;
        },
        print.stat().mode(),
        place.offset(),
        place.size(),
        link ? RawNames.show(print.link()) : "");
  }
}
