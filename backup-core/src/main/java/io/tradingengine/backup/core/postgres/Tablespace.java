package io.tradingengine.backup.core.postgres;

import java.nio.file.Path;

/**
 * A tablespace of a backup.
 *
 * @param oid its object identifier
 * @param location where it was in production
 * @param versionFolder the folder in it that belongs to this server's version, such as {@code
 *     PG_15_202209061}
 * @param contents what is in it
 */
record Tablespace(String oid, Path location, String versionFolder, ArtifactContents contents) {
  /** Its symbolic link below the data directory. */
  String link() {
    return "pg_tblspc/" + oid;
  }
}
