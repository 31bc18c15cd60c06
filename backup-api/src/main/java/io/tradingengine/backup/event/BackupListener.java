package io.tradingengine.backup.event;

/**
 * Hears of what runs. Called from worker threads, several at once; it should return quickly. What
 * it throws is logged and does not disturb the run.
 */
@FunctionalInterface
public interface BackupListener {

  void onEvent(BackupEvent event);
}
