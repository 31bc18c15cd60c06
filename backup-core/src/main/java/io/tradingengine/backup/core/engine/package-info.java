/** Runs backups and restores: the only package that knows all others and wires them. */
@NullMarked
package io.tradingengine.backup.core.engine;

import org.jspecify.annotations.NullMarked;
