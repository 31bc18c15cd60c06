/**
 * PostgreSQL, version 15 and newer: physical base backups over the replication protocol, with the
 * WAL that makes them consistent, and their restore.
 */
@NullMarked
package io.tradingengine.backup.core.postgres;

import org.jspecify.annotations.NullMarked;
