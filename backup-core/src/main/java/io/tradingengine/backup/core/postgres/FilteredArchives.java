package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.util.Optional;

/**
 * Takes a base backup of everything, and leaves out the pages that an earlier capture has as they
 * are.
 */
final class FilteredArchives implements Archives {
  private final ArtifactSink sink;
  private final ServerFacts facts;
  private final PageFindings pages;
  private final IncrementalBase base;
  private final BlockMaps maps = new BlockMaps();
  private final DatabaseFolders databases;

  FilteredArchives(ArtifactSink sink, ServerFacts facts, PageFindings pages, IncrementalBase base) {
    this.sink = sink;
    this.facts = facts;
    this.pages = pages;
    this.base = base;
    this.databases = new DatabaseFolders(base.files());
  }

  @Override
  public BackupPart open(String name) throws IOException {
    ArchiveTarget target = ArchiveTarget.of(name);
    return new FilteredArchive(target, target.create(sink), this);
  }

  @Override
  public BackupPart manifest() throws IOException {
    return WholeArchives.manifest(sink);
  }

  ServerFacts facts() {
    return facts;
  }

  PageFindings pages() {
    return pages;
  }

  BlockMaps maps() {
    return maps;
  }

  DatabaseFolders databases() {
    return databases;
  }

  Lsn since() {
    return base.start();
  }

  /** How long the earlier capture has a file, in blocks; empty if it does not have it. */
  Optional<Integer> lengthBefore(String path) {
    return base.files().length(path).map(length -> (int) (length / facts.layout().pageSize()));
  }

  @Override
  public void finish(Lsn start) throws IOException {
    Optional<String> mistaken = databases.mistaken();
    if (mistaken.isPresent()) {
      throw new UnusableParentException(
          "the files of the database "
              + mistaken.get()
              + " were made anew since (by a copy of files, or a move of its tablespace), and the"
              + " LSNs of their pages do not tell what has changed");
    }
    maps.write(sink);
  }
}
