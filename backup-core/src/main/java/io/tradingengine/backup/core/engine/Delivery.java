package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Where a backup came to be published, and why not elsewhere. */
final class Delivery {
  private final List<Target> published = new ArrayList<>();
  private final Map<Target, Exception> failed = new LinkedHashMap<>();
  private final Map<Target, Integer> behind = new LinkedHashMap<>();

  /**
   * What came of the lanes, which have ended.
   *
   * @param absent the destinations that were not reachable to begin with
   */
  static Delivery of(List<Lane> lanes, Map<Target, Exception> absent) {
    Delivery delivery = new Delivery();
    delivery.failed.putAll(absent);
    for (Lane lane : lanes) {
      if (lane.finished()) {
        delivery.published.add(lane.target());
      } else if (lane.failure().isPresent()) {
        delivery.failed.put(lane.target(), lane.failure().get());
      } else {
        delivery.behind.put(lane.target(), lane.behind());
      }
    }
    delivery.published.sort(Comparator.comparing(each -> each.destination().proximity()));
    return delivery;
  }

  List<Target> published() {
    return List.copyOf(published);
  }

  List<Target> failed() {
    return List.copyOf(failed.keySet());
  }

  /**
   * Fails if nobody has the backup.
   *
   * @throws BackupException if a destination refused it for a reason of its own
   * @throws IOException why it is nowhere
   */
  void requireAny(BackupId id) throws IOException {
    if (!published.isEmpty()) {
      return;
    }
    for (Exception reason : failed.values()) {
      if (reason instanceof BackupException refusal) {
        throw refusal;
      }
    }
    IOException failure =
        new IOException(
            id
                + " could be published in no destination: "
                + reasons(failed)
                + (behind.isEmpty() ? "" : " (not complete when catch-up ended: " + behind + ")"));
    failed.values().forEach(failure::addSuppressed);
    throw failure;
  }

  /**
   * What the caller is told of the backup.
   *
   * @throws BackupException if a required destination does not have it, naming those that have
   */
  BackupMetadata outcome(Manifest manifest) {
    Map<Target, Exception> unmet = new LinkedHashMap<>(failed);
    unmet.keySet().removeIf(target -> !target.required());
    behind.keySet().stream()
        .filter(Target::required)
        .forEach(target -> unmet.put(target, new IOException("it was not waited for")));
    if (!unmet.isEmpty()) {
      BackupException failure =
          new BackupException(
              "The backup "
                  + manifest.id()
                  + " is whole, but only in "
                  + names()
                  + "; not in what is required: "
                  + reasons(unmet),
              "mend that and run replicate; until then it restores from " + names(),
              unmet.values().iterator().next());
      throw failure;
    }
    return withFindings(manifest.metadata(published.stream().map(Target::name).toList(), false));
  }

  /** A warning for each destination that does not have the backup. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    failed.forEach(
        (target, reason) ->
            findings.add(
                Finding.warning(
                    target.name(),
                    "does not have this backup: " + Messages.of(reason),
                    "mend that; replicate brings it there")));
    behind.forEach(
        (target, objects) ->
            findings.add(
                Finding.warning(
                    target.name(),
                    "does not have this backup yet: " + objects + " objects are still to come",
                    "replicate brings them; a larger catch-up waits longer for them")));
    return findings;
  }

  private BackupMetadata withFindings(BackupMetadata metadata) {
    BackupMetadata all = metadata;
    for (Finding finding : findings()) {
      all = all.with(finding);
    }
    return all;
  }

  private String names() {
    return published.stream().map(Target::name).collect(Collectors.joining(", "));
  }

  private static String reasons(Map<Target, Exception> failures) {
    return failures.entrySet().stream()
        .map(each -> Messages.about(each.getKey().name(), each.getValue()))
        .collect(Collectors.joining("; "));
  }
}
