/** The Redis source: snapshots over the replication protocol, and ways to restore them. */
@NullMarked
package io.tradingengine.backup.core.redis;

import org.jspecify.annotations.NullMarked;
