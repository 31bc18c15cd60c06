package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.volume.ObjectReader;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The objects of a backup in all destinations: each is read from the nearest, and from the next
 * where it is not whole there. A destination that cannot be read is asked last from then on, so
 * that its time-outs are not waited for with each object. Thread-safe.
 */
final class Copies implements ObjectReader {
  private final List<Target> nearestFirst;
  private final Set<Target> unreadable = ConcurrentHashMap.newKeySet();
  private final Set<Target> opened = ConcurrentHashMap.newKeySet();
  private final Map<Target, Failures> failures = new LinkedHashMap<>();

  private static final class Failures {
    private final Exception first;
    private final ObjectKey firstKey;
    private int count;

    Failures(ObjectKey firstKey, Exception first) {
      this.firstKey = firstKey;
      this.first = first;
    }
  }

  Copies(List<Target> nearestFirst) {
    this.nearestFirst = List.copyOf(nearestFirst);
  }

  @Override
  public InputStream open(ObjectKey key) throws IOException {
    return nearestFirst.get(0).destination().open(key, ByteRange.ALL);
  }

  @Override
  public List<Copy> copies(ObjectKey key) {
    List<Copy> copies = new ArrayList<>();
    List<Copy> last = new ArrayList<>();
    for (Target target : nearestFirst) {
      (unreadable.contains(target) ? last : copies).add(copy(target, key));
    }
    copies.addAll(last);
    return copies;
  }

  private Copy copy(Target target, ObjectKey key) {
    return new Copy() {
      @Override
      public InputStream open() throws IOException {
        InputStream in = target.destination().open(key, ByteRange.ALL);
        opened.add(target);
        return in;
      }

      @Override
      public void failed(Exception reason) {
        if (!(reason instanceof IntegrityException)) {
          unreadable.add(target);
        }
        note(target, key, reason);
      }
    };
  }

  private synchronized void note(Target target, ObjectKey key, Exception reason) {
    failures.computeIfAbsent(target, each -> new Failures(key, reason)).count++;
  }

  /** Whether objects were read from a destination, and all of them were whole. */
  synchronized boolean gave(Target target) {
    return opened.contains(target) && !failures.containsKey(target);
  }

  /** A warning for each destination that did not have all that was read whole. */
  synchronized List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    failures.forEach(
        (target, found) ->
            findings.add(
                Finding.warning(
                    target.name(),
                    found.count
                        + (found.count == 1 ? " object" : " objects")
                        + " could not be read from it whole, "
                        + found.firstKey
                        + " first: "
                        + Messages.of(found.first),
                    "what another destination has whole was read from there; replicate with a check"
                        + " of all bytes mends this one")));
    return findings;
  }
}
