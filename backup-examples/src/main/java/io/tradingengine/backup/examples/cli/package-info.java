/** The operator's command line. */
@NullMarked
package io.tradingengine.backup.examples.cli;

import org.jspecify.annotations.NullMarked;
