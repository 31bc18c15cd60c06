package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.Changes;
import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.util.List;

/**
 * Builds the roots of a version from its pieces.
 *
 * @param source the source's name
 * @param pieces version 0, and the difference to it if it is a later version
 * @param changes where the pieces are
 * @param task what is restored
 */
record VersionFilling(String source, List<String> pieces, Changes changes, RestoreTask task)
    implements TreeRestore.Filling {

  VersionFilling {
    pieces = List.copyOf(pieces);
  }

  /** Reads what the version says of itself. */
  VersionHead head() throws IOException {
    try (Members archive = open(pieces.get(pieces.size() - 1))) {
      return VersionHead.read(archive);
    }
  }

  @Override
  public long fill(List<Staging> stagings, Ownership ownership)
      throws IOException, InterruptedException {
    VersionHead head = head();
    try (Members archive = open(head);
        Syncer syncer = new Syncer()) {
      Totals totals = new Extraction(archive, stagings, ownership, syncer, task.progress()).run();
      ArchiveFilling.checkTotals(
          archive,
          totals,
          "version's head",
          name -> Long.toString(head.totals().getOrDefault(name, -1L)));
      syncer.await();
      return totals.bytes();
    }
  }

  private Members open(VersionHead head) throws IOException {
    Members base = open(pieces.get(0));
    try {
      VersionHead first = VersionHead.read(base);
      if (first.number() != 0 || !first.series().equals(head.series())) {
        throw base.refuse(
            "is version %d of the series %s".formatted(first.number(), first.series()));
      }
      if (pieces.size() == 1) {
        return base;
      }
      if (!members(first).equals(members(head))) {
        throw base.refuse("covers other paths than the version that builds on it");
      }
      return merged(base, pieces.get(1), new WalkOrder(members(head)));
    } catch (IOException | RuntimeException e) {
      base.close();
      throw e;
    }
  }

  private Members merged(Members base, String piece, WalkOrder order) throws IOException {
    Members difference = openAtGone(piece);
    try {
      Members list = openAtGone(piece);
      try {
        return new MergedArchive(base, difference, new MergedArchive.GoneNames(list), order);
      } catch (IOException | RuntimeException e) {
        list.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      difference.close();
      throw e;
    }
  }

  private Members openAtGone(String piece) throws IOException {
    Members archive = open(piece);
    try {
      VersionHead.read(archive);
      Member list = archive.next();
      if (list == null
          || !list.name().equals(VersionHead.GONE)
          || list.type() != Member.Type.FILE) {
        throw archive.refuse("has no list of what is gone");
      }
      return archive;
    } catch (IOException | RuntimeException e) {
      archive.close();
      throw e;
    }
  }

  private Members open(String piece) throws IOException {
    return ArchiveReader.of(source + "/" + piece, Long.MAX_VALUE, changes.open(piece));
  }

  private static List<String> members(VersionHead head) {
    return head.roots().stream().map(VersionHead.Root::member).toList();
  }
}
