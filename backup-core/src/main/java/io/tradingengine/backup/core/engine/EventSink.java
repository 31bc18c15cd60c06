package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to the listeners; what one of them throws disturbs neither the run nor the others.
 */
final class EventSink {
  private static final Logger log = LoggerFactory.getLogger(EventSink.class);

  private final List<BackupListener> listeners;

  EventSink(List<BackupListener> listeners) {
    this.listeners = listeners;
  }

  void send(BackupEvent event) {
    for (BackupListener listener : listeners) {
      try {
        listener.onEvent(event);
      } catch (RuntimeException e) {
        log.warn("The listener {} failed on {}", listener, event, e);
      }
    }
  }
}
