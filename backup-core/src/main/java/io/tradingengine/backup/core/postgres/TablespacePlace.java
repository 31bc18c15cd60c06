package io.tradingengine.backup.core.postgres;

import java.nio.file.Path;

/**
 * Where a tablespace goes.
 *
 * @param tablespace which one
 * @param location the folder that the server will know it by
 * @param place the folder in it that belongs to this version of PostgreSQL: the only one that a
 *     restore touches, so that the location may be a mount point or shared with other servers
 */
record TablespacePlace(Tablespace tablespace, Path location, RestorePlace place) {}
