/**
 * The RDB file format of Redis and Valkey, and nothing of networks: checking an RDB as it passes,
 * walking one in bounded memory, taking values out as the argument of {@code RESTORE}, and
 * composing an RDB from what {@code DUMP} gave.
 *
 * <p>{@link io.tradingengine.backup.core.redis.rdb.RdbVerifier} checks while streaming, {@link
 * io.tradingengine.backup.core.redis.rdb.RdbReader} walks, {@link
 * io.tradingengine.backup.core.redis.rdb.DumpPayload} and {@link
 * io.tradingengine.backup.core.redis.rdb.RdbWriter} convert. The format is that of {@code rdb.h}
 * and {@code rdb.c} in the servers' sources; key metadata and the types of Redis 8.6 and 8.8 are as
 * librdb, Redis' own parser, reads them.
 */
@NullMarked
package io.tradingengine.backup.core.redis.rdb;

import org.jspecify.annotations.NullMarked;
