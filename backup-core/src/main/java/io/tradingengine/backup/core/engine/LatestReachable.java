package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.RestoreTarget;
import io.tradingengine.backup.core.point.PointName;
import io.tradingengine.backup.core.point.PointStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the newest recovery point that can be reached, where the one asked for cannot. */
final class LatestReachable {
  /** Enough to halve any number of them. */
  private static final int MOST_PROBES = 40;

  private final BaseChoice choice;
  private final PointStore points;
  private final RestoreRequest request;

  LatestReachable(BaseChoice choice, PointStore points, RestoreRequest request) {
    this.choice = choice;
    this.points = points;
    this.request = request;
  }

  /**
   * Looks among the points before a moment. What is missing at one time is missing for all later
   * points up to the next backup, so halving finds the edge.
   */
  Optional<Finding> find(Moment moment) throws IOException {
    List<PointName> before = new ArrayList<>();
    for (PointName name : points.objects()) {
      if (moment.point().isEmpty() || !name.from().isAfter(moment.point().get().at())) {
        before.add(name);
      }
    }
    Optional<RecoveryPoint> best = Optional.empty();
    int low = 0;
    int high = before.size() - 1;
    for (int probe = 0; low <= high && probe < MOST_PROBES; probe++) {
      int middle = (low + high) >>> 1;
      Optional<RecoveryPoint> reached = lastReachable(points.read(before.get(middle)));
      if (reached.isPresent()) {
        best = reached;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return best.map(
        point ->
            Finding.info(
                "recovery point",
                "the latest before it that can be reached is of "
                    + point.at()
                    + point.name().map(name -> " ('" + name + "')").orElse("")));
  }

  private Optional<RecoveryPoint> lastReachable(List<RecoveryPoint> some) throws IOException {
    for (int i = some.size() - 1; i >= 0; i--) {
      RecoveryPoint point = some.get(i);
      Moment moment = new Moment(new RestoreTarget.Time(point.at()), Optional.of(point), List.of());
      if (choice.choose(request, moment, new ArrayList<>()).replays().open()) {
        return Optional.of(point);
      }
    }
    return Optional.empty();
  }
}
