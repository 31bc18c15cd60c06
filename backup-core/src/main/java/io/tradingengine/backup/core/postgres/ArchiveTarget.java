package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an archive of a base backup goes.
 *
 * @param artifact the artifact's name
 * @param folder what stands before the archive's paths in the server's manifest
 */
record ArchiveTarget(String artifact, String folder) {
  private static final Pattern NAME = Pattern.compile("(base|[0-9]{1,10})\\.tar");

  /**
   * The place for an archive.
   *
   * @param name as the server calls it: {@code base.tar}, or a tablespace's OID and {@code .tar}
   */
  static ArchiveTarget of(String name) throws IOException {
    var matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IOException("the server's base backup is not understood: archive '" + name + "'");
    }
    String stem = matcher.group(1);
    return stem.equals(ContentsReader.BASE)
        ? new ArchiveTarget(stem, "")
        : new ArchiveTarget(ContentsReader.TABLESPACE + stem, "pg_tblspc/" + stem + "/");
  }

  ArtifactStream create(ArtifactSink sink) throws IOException {
    return sink.create(artifact, "tar");
  }

  /** The segment of a relation that a member of the archive is, if it is one. */
  Optional<RelationFile> relation(String path) {
    return folder.isEmpty() ? RelationFile.inDataDirectory(path) : RelationFile.inTablespace(path);
  }
}
