/** What is remembered of backups: the repository's layout, its manifests, and what is left over. */
@NullMarked
package io.tradingengine.backup.core.catalog;

import org.jspecify.annotations.NullMarked;
