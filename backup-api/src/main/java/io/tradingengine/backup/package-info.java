/**
 * Backs up and recovers a trading engine as one thing: PostgreSQL, configuration and state.
 *
 * <p>Start at {@link io.tradingengine.backup.BackupConfig}, then {@link
 * io.tradingengine.backup.BackupManager} and {@link io.tradingengine.backup.RestoreManager}.
 */
@NullMarked
package io.tradingengine.backup;

import org.jspecify.annotations.NullMarked;
