/** One runnable file per recipe. */
@NullMarked
package io.tradingengine.backup.examples;

import org.jspecify.annotations.NullMarked;
