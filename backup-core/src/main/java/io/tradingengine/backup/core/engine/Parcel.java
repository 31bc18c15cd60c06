package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.volume.Held;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * An object on its way to several destinations. Guarded by the monitor of its {@link FanOut}, the
 * key and content aside.
 */
final class Parcel {
  private final ObjectKey key;
  private final Content content;
  private final Set<Lane> undecided;
  private int underway;
  private boolean stored;

  /**
   * A parcel.
   *
   * @param lanes who may take it
   */
  Parcel(ObjectKey key, Content content, Collection<Lane> lanes) {
    this.key = key;
    this.content = content;
    this.undecided = new HashSet<>(lanes);
  }

  ObjectKey key() {
    return key;
  }

  Content content() {
    return content;
  }

  StoredRef ref() {
    return StoredRef.of(key, content);
  }

  /** Whether the lane takes it now; it holds the content from then on. */
  boolean takenBy(Lane lane) {
    if (!undecided.remove(lane)) {
      return false;
    }
    underway++;
    if (content instanceof Held held) {
      held.hold();
    }
    return true;
  }

  /** The lane cannot take anything any more. */
  void leftBy(Lane lane) {
    undecided.remove(lane);
  }

  /** A lane that had taken it has put it, or failed to. */
  void ended(boolean put) {
    underway--;
    stored |= put;
    if (content instanceof Held held) {
      held.release();
    }
  }

  boolean stored() {
    return stored;
  }

  /** Whether it is durable somewhere, or nobody is left who could make it so. */
  boolean settled() {
    return stored || (underway == 0 && undecided.isEmpty());
  }

  /** Nobody takes it any more; gives those who had not. */
  Set<Lane> withdraw() {
    Set<Lane> missing = new HashSet<>(undecided);
    undecided.clear();
    return missing;
  }
}
