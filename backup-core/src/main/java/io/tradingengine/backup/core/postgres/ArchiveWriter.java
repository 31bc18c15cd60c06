package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One archive of a base backup on its way into an artifact: indexed, and its pages checked. */
final class ArchiveWriter implements AutoCloseable {
  static final String BASE = "base";
  static final String TABLESPACE_PREFIX = "tablespace-";
  static final String MANIFEST = "backup-manifest";

  private static final String TAR = ".tar";

  private final ArtifactStream out;
  private final @Nullable TarTap tap;

  private ArchiveWriter(ArtifactStream out, @Nullable TarTap tap) {
    this.out = out;
    this.tap = tap;
  }

  /**
   * Begins an archive.
   *
   * @param name as the server calls it: {@code base.tar}, or a tablespace's OID and {@code .tar}
   */
  static ArchiveWriter open(ArtifactSink sink, String name, ServerFacts facts, PageFindings pages)
      throws IOException {
    if (!name.matches("base\\.tar|[0-9]{1,10}\\.tar")) {
      throw new IOException("the server's base backup is not understood: archive '" + name + "'");
    }
    String stem = name.substring(0, name.length() - TAR.length());
    boolean main = stem.equals(BASE);
    ArtifactStream out = sink.create(main ? BASE : TABLESPACE_PREFIX + stem, "tar");
    Function<String, Optional<RelationFile>> relations =
        !facts.dataChecksums()
            ? path -> Optional.empty()
            : main ? RelationFile::inDataDirectory : RelationFile::inTablespace;
    String folder = main ? "" : "pg_tblspc/" + stem + "/";
    PageCheck check = new PageCheck(facts.layout(), pages);
    return new ArchiveWriter(
        out, new TarTap(new Member(out, folder, relations, check, facts.layout())));
  }

  /** Begins the server's manifest, which is not an archive and kept byte for byte. */
  static ArchiveWriter manifest(ArtifactSink sink) throws IOException {
    return new ArchiveWriter(sink.create(MANIFEST, ""), null);
  }

  /** Takes the next piece, which is consumed. */
  void write(ByteBuffer piece) throws IOException {
    if (tap != null) {
      tap.accept(piece);
    }
    out.write(piece);
  }

  void finish() throws IOException {
    if (tap != null) {
      tap.finish();
    }
    out.finish();
  }

  @Override
  public void close() {
    out.close();
  }

  /** Indexes each member, and has the pages of relation files checked. */
  private static final class Member implements TarTap.Members {
    private final ArtifactStream out;
    private final String folder;
    private final Function<String, Optional<RelationFile>> relations;
    private final PageCheck check;
    private final PageLayout layout;
    private boolean hasPages;

    Member(
        ArtifactStream out,
        String folder,
        Function<String, Optional<RelationFile>> relations,
        PageCheck check,
        PageLayout layout) {
      this.out = out;
      this.folder = folder;
      this.relations = relations;
      this.check = check;
      this.layout = layout;
    }

    @Override
    public void begin(IndexEntry entry) throws IOException {
      out.index(entry);
      Optional<RelationFile> relation =
          entry.type() == IndexEntry.Type.FILE ? relations.apply(entry.path()) : Optional.empty();
      hasPages = relation.isPresent();
      relation.ifPresent(
          file -> check.begin(folder + entry.path(), file.segment() * layout.pagesPerSegment()));
    }

    @Override
    public void data(ByteBuffer piece) {
      if (hasPages) {
        check.accept(piece);
      }
    }
  }
}
