/** Where backups are kept: a directory of this host, and decorators for any destination. */
@NullMarked
package io.tradingengine.backup.core.destination;

import org.jspecify.annotations.NullMarked;
