/**
 * Between a source and a destination: an artifact's plain stream is cut into volumes, each is
 * compressed, encrypted and hashed on one of several workers, and put. And back.
 *
 * <p>{@link io.tradingengine.backup.core.volume.VolumeWriter} and {@link
 * io.tradingengine.backup.core.volume.VolumeReader} are the two ways in; {@link
 * io.tradingengine.backup.core.volume.SmallObjects} does the same for one small object in memory.
 */
@NullMarked
package io.tradingengine.backup.core.volume;

import org.jspecify.annotations.NullMarked;
