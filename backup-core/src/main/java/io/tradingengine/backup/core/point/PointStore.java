package io.tradingengine.backup.core.point;

import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The recovery points of a repository. Objects are found by name and read only where they have to
 * be. Used by one thread.
 */
public final class PointStore {

  /** How a repository's objects are reached. */
  public interface Objects {

    /** All objects whose keys begin so, of all copies of the repository. */
    List<ObjectInfo> list(String prefix) throws IOException;

    /** The plain bytes of an object, checked, from whichever copy is whole. */
    byte[] read(PointName name) throws IOException;
  }

  private final Objects objects;
  private final PointCodec codec = new PointCodec();

  public PointStore(Objects objects) {
    this.objects = objects;
  }

  /** The points from one instant to another, both included, oldest first. */
  public List<RecoveryPoint> between(Instant since, Instant until) throws IOException {
    TreeMap<Instant, RecoveryPoint> points = new TreeMap<>();
    for (PointName name : names(any -> true)) {
      if (!name.to().isBefore(since.minusMillis(1)) && !name.from().isAfter(until)) {
        for (RecoveryPoint point : read(name)) {
          if (!point.at().isBefore(since) && !point.at().isAfter(until)) {
            points.merge(point.at(), point, PointStore::named);
          }
        }
      }
    }
    return List.copyOf(points.values());
  }

  private static RecoveryPoint named(RecoveryPoint one, RecoveryPoint other) {
    return one.name().isPresent() ? one : other;
  }

  /** The last point of that name. */
  public Optional<RecoveryPoint> named(String name) throws IOException {
    List<PointName> newestFirst = newestFirst(names(PointName::named));
    for (PointName each : newestFirst) {
      Optional<RecoveryPoint> found =
          read(each).stream()
              .filter(point -> point.name().filter(name::equals).isPresent())
              .max(Comparator.comparing(RecoveryPoint::at));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The names that points were given, newest first, as far as there are. */
  public List<String> names(int most) throws IOException {
    List<String> names = new ArrayList<>();
    for (PointName each : newestFirst(names(PointName::named))) {
      for (RecoveryPoint point : read(each)) {
        point.name().filter(name -> !names.contains(name)).ifPresent(names::add);
      }
      if (names.size() >= most) {
        break;
      }
    }
    return names;
  }

  /** The last point at or before an instant that is as wanted, looked for from there backwards. */
  public Optional<RecoveryPoint> last(Instant instant, Predicate<RecoveryPoint> wanted)
      throws IOException {
    List<PointName> candidates = newestFirst(names(name -> !name.from().isAfter(instant)));
    for (PointName name : candidates) {
      Optional<RecoveryPoint> found =
          read(name).stream()
              .filter(point -> !point.at().isAfter(instant))
              .filter(wanted)
              .max(Comparator.comparing(RecoveryPoint::at));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** When the newest point was taken, to the millisecond, and rounded down; needs no key. */
  public Optional<Instant> newest() throws IOException {
    return names(any -> true).stream().map(PointName::to).max(Comparator.naturalOrder());
  }

  /** Any point of each object, oldest first: enough to find out from when on one can be reached. */
  public List<PointName> objects() throws IOException {
    return names(any -> true);
  }

  /** The points of one object. */
  public List<RecoveryPoint> read(PointName name) throws IOException {
    return codec.decode(objects.read(name), name.key().value());
  }

  private static List<PointName> newestFirst(List<PointName> names) {
    return names.stream().sorted(Comparator.comparing(PointName::to).reversed()).toList();
  }

  private List<PointName> names(Predicate<PointName> wanted) throws IOException {
    return objects.list(RepositoryLayout.POINTS).stream()
        .flatMap(object -> PointName.parse(object.key()).stream())
        .filter(wanted)
        .sorted(Comparator.comparing(PointName::from))
        .toList();
  }
}
