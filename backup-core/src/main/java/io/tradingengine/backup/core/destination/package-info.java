/** Where backups are kept: a directory of this host. */
@NullMarked
package io.tradingengine.backup.core.destination;

import org.jspecify.annotations.NullMarked;
