package io.tradingengine.backup.spi;

import java.time.Instant;

/**
 * An object as a destination lists it.
 *
 * @param key its name
 * @param length its size in bytes
 * @param modified when it was put, by the destination's clock
 */
public record ObjectInfo(ObjectKey key, long length, Instant modified) {}
