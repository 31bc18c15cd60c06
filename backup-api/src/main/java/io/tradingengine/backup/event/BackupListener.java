package io.tradingengine.backup.event;

import io.tradingengine.backup.Finding;

/**
 * Hears of what runs. Called from worker threads, several at once; it should return quickly. What
 * it throws is logged and does not disturb the run.
 */
@FunctionalInterface
public interface BackupListener {

  void onEvent(BackupEvent event);

  /**
   * Something was found while changes are archived: a warning, or an error that is an alarm. Each
   * is told once as long as it stays the same.
   */
  default void onArchiving(Finding finding) {}
}
