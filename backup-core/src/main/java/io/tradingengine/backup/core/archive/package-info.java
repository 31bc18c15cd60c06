/**
 * Continuous archiving: what follows the sources, the spool that keeps their changes, what ships
 * them to the destinations, and what takes recovery points.
 */
@NullMarked
package io.tradingengine.backup.core.archive;

import org.jspecify.annotations.NullMarked;
