/** Recovery points: one instant across all stores, as they stand in a repository. */
@NullMarked
package io.tradingengine.backup.core.point;

import org.jspecify.annotations.NullMarked;
