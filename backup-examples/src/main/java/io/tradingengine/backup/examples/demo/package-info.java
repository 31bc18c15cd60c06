/** A disaster and its recovery, played through on a server of its own. */
@NullMarked
package io.tradingengine.backup.examples.demo;

import org.jspecify.annotations.NullMarked;
