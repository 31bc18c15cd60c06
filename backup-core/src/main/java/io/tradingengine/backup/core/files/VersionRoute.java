package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the pieces that bring back a version. The capture has no part in that: a version stands on
 * its own.
 *
 * @param source the source's name
 * @param extension that of the versions' pieces
 * @param cumulative whether a version says only what is different from version 0
 */
record VersionRoute(String source, String extension, boolean cumulative) {

  Replay.Route to(SourceState state, Replay replay) throws IOException {
    Goal goal = replay.goal();
    if (goal instanceof Goal.End) {
      return newest(state, versions(replay));
    }
    if (goal instanceof Goal.At at) {
      return exactly(at.position(), versions(replay));
    }
    return refused(
        "knows no such target as " + goal,
        "restore it to a recovery point, or as far as its versions go");
  }

  /** The route of a restore that goes beyond the capture; empty for one that does not. */
  static Optional<Replay.Route> of(VersionedSource source, RestoreTask task) throws IOException {
    return task.replay().isPresent()
        ? Optional.of(source.route(task.captured().state(), task.replay().get()))
        : Optional.empty();
  }

  /**
   * A route on which nothing stands in the way.
   *
   * @throws RestoreRefusedException if something does
   */
  static Replay.Route open(Replay.Route route) {
    if (!route.open()) {
      throw new RestoreRefusedException(
          route.findings().stream()
              .filter(finding -> finding.severity() == Finding.Severity.ERROR)
              .toList());
    }
    return route;
  }

  private VersionList versions(Replay replay) throws IOException {
    return VersionList.of(replay.changes().names(), extension);
  }

  private Replay.Route newest(SourceState state, VersionList list) {
    List<Finding> findings = new ArrayList<>();
    List<Version> versions = list.versions();
    for (int i = versions.size() - 1; i >= 0; i--) {
      Version version = versions.get(i);
      if (!version.instant().isAfter(state.asOf())) {
        break;
      }
      if (whole(version, list)) {
        return new Replay.Route(pieces(version, list), findings);
      }
      if (findings.isEmpty()) {
        findings.add(
            Finding.warning(
                source,
                "version %d of the series %s, the newest, cannot be restored: version 0 is missing"
                    .formatted(version.number(), version.series()),
                "an older one is restored; copy what is missing from another destination"));
      }
    }
    return new Replay.Route(List.of(), findings);
  }

  private Replay.Route exactly(StreamPosition position, VersionList list) {
    return list.find(position.stream(), position.offset())
        .map(
            version ->
                whole(version, list)
                    ? new Replay.Route(pieces(version, list), List.of())
                    : missing(position, 0, list))
        .orElseGet(() -> missing(position, position.offset(), list));
  }

  private Replay.Route missing(StreamPosition position, long number, VersionList list) {
    return refused(
        "version %s of the series %s is missing; %s"
            .formatted(
                Long.toUnsignedString(number), position.stream(), list.describe(position.stream())),
        "restore to another recovery point, or copy what is missing from another destination");
  }

  private boolean whole(Version version, VersionList list) {
    return !cumulative || list.find(version.series(), 0).isPresent();
  }

  private List<String> pieces(Version version, VersionList list) {
    List<String> pieces = new ArrayList<>();
    if (cumulative && version.number() != 0) {
      list.find(version.series(), 0).ifPresent(first -> pieces.add(first.piece(extension)));
    }
    pieces.add(version.piece(extension));
    return pieces;
  }

  private Replay.Route refused(String message, String hint) {
    return new Replay.Route(List.of(), List.of(Finding.error(source, message, hint)));
  }
}
