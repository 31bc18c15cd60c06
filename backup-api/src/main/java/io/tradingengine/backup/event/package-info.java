/** Progress and outcome of running backups and restores, for bars, logs and metrics. */
@NullMarked
package io.tradingengine.backup.event;

import org.jspecify.annotations.NullMarked;
