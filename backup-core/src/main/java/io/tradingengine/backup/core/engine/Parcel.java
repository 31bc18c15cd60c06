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
  private final Set<Lane> underway = new HashSet<>();
  private final Set<Lane> stored = new HashSet<>();

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
    underway.add(lane);
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
  void ended(Lane lane, boolean put) {
    underway.remove(lane);
    if (put) {
      stored.add(lane);
    }
    if (content instanceof Held held) {
      held.release();
    }
  }

  boolean stored() {
    return !stored.isEmpty();
  }

  /**
   * Whether it is durable where it is required, or nobody is left who could make it so. A
   * destination that may fail without failing the backup is not relied on, as long as there are
   * others.
   */
  boolean settled() {
    if (stored.stream().anyMatch(Parcel::required)) {
      return true;
    }
    boolean requiredToCome =
        underway.stream().anyMatch(Parcel::required)
            || undecided.stream().anyMatch(Parcel::required);
    boolean anyToCome = !underway.isEmpty() || !undecided.isEmpty();
    return !requiredToCome && (stored() || !anyToCome);
  }

  private static boolean required(Lane lane) {
    return lane.target().required();
  }

  /** Nobody takes it any more; gives those who had not. */
  Set<Lane> withdraw() {
    Set<Lane> missing = new HashSet<>(undecided);
    undecided.clear();
    return missing;
  }
}
