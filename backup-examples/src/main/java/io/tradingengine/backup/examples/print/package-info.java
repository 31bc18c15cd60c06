/** How sizes, durations, findings and tables are written for people. */
@NullMarked
package io.tradingengine.backup.examples.print;

import org.jspecify.annotations.NullMarked;
