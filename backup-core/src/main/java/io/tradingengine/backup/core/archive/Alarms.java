package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is wrong right now, by its owner and subject. Whoever watches is told of each finding once,
 * as long as it stays the same. Thread-safe.
 */
final class Alarms {
  private record Place(String owner, String subject) {}

  private final Consumer<Finding> listener;
  private final Map<Place, Finding> current = new LinkedHashMap<>();

  Alarms(Consumer<Finding> listener) {
    this.listener = listener;
  }

  /** Something is wrong; replaces what the owner said of the subject before. */
  void report(String owner, Finding finding) {
    Finding before;
    synchronized (current) {
      before = current.put(new Place(owner, finding.subject()), finding);
    }
    if (!finding.equals(before)) {
      listener.accept(finding);
    }
  }

  /** It is not wrong any more. */
  void clear(String owner, String subject) {
    synchronized (current) {
      current.remove(new Place(owner, subject));
    }
  }

  /** What is wrong, the oldest first. */
  List<Finding> current() {
    synchronized (current) {
      return new ArrayList<>(current.values());
    }
  }
}
