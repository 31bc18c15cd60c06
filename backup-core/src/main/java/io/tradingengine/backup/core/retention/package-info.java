/** What is kept and what is removed: planned without touching anything, then carried out. */
@NullMarked
package io.tradingengine.backup.core.retention;

import org.jspecify.annotations.NullMarked;
