package io.tradingengine.backup.core.volume;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue that can be stopped: whoever waits then returns at once. Safe for concurrent use.
 */
final class Conveyor<E> {
  private final int capacity;
  private final Deque<E> elements = new ArrayDeque<>();
  private boolean stopped;

  Conveyor(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Waits for room and adds an element.
   *
   * @return false if the conveyor is stopped; the element is not added then
   */
  synchronized boolean put(E element) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    while (!stopped && elements.size() >= capacity) {
      wait();
    }
    if (stopped) {
      return false;
    }
    elements.addLast(element);
    notifyAll();
    return true;
  }

  /** Waits for an element and removes it; null once the conveyor is stopped, whatever it holds. */
  synchronized @Nullable E take() throws InterruptedException {
    while (!stopped && elements.isEmpty()) {
      wait();
    }
    if (stopped) {
      return null;
    }
    E element = elements.removeFirst();
    notifyAll();
    return element;
  }

  /** Wakes all who wait; nothing is handed over any more. */
  synchronized void stop() {
    stopped = true;
    elements.clear();
    notifyAll();
  }
}
