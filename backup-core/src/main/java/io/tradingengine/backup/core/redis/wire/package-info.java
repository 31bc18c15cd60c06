/** Connections to Redis: lettuce opens and authenticates them, our own framing runs on them. */
@NullMarked
package io.tradingengine.backup.core.redis.wire;

import org.jspecify.annotations.NullMarked;
