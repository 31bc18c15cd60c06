/**
 * Files and folders: captured as one plain tar, restored whole or not at all. And the state that an
 * application holds in memory: captured and restored by its callbacks, as one plain stream.
 *
 * <p>Names on disk are bytes, not text. Inside this package a <em>raw name</em> is a string with
 * one character, 0 to 255, for each byte; {@link io.tradingengine.backup.core.files.RawNames}
 * converts. So every name is kept as it is, whatever its encoding and whatever the locale of the
 * JVM.
 */
@NullMarked
package io.tradingengine.backup.core.files;

import org.jspecify.annotations.NullMarked;
