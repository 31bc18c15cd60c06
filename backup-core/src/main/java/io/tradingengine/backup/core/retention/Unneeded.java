package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the objects outside of backups that nobody needs. Used once, by one thread. */
final class Unneeded {
  private final Map<String, List<ObjectInfo>> byFolder = new TreeMap<>();

  private Unneeded() {}

  /** What goes of the WAL, the command streams, the versions and the recovery points. */
  static List<RetentionPlan.Group> of(
      List<ObjectInfo> objects, Window window, List<KnownBackup> kept) {
    Unneeded unneeded = new Unneeded();
    WalNeed wal = new WalNeed(window, kept);
    ChangesNeed changes = new ChangesNeed(window, kept);
    VersionsNeed versions = new VersionsNeed(window, objects);
    PointsNeed points = new PointsNeed(window);
    for (ObjectInfo object : objects) {
      String key = object.key().value();
      Optional<String> folder = Optional.empty();
      if (key.startsWith(RepositoryLayout.WAL)) {
        folder = wal.unneeded(object);
      } else if (key.startsWith(RepositoryLayout.CHANGES)) {
        folder = changes.unneeded(object).or(() -> versions.unneeded(object));
      } else if (key.startsWith(RepositoryLayout.POINTS)) {
        folder = points.unneeded(object);
      }
      folder.ifPresent(each -> unneeded.add(each, object));
    }
    return unneeded.groups("no kept backup and no instant since " + window.label() + " needs it");
  }

  private void add(String folder, ObjectInfo object) {
    byFolder.computeIfAbsent(folder, each -> new ArrayList<>()).add(object);
  }

  private List<RetentionPlan.Group> groups(String reason) {
    return byFolder.entrySet().stream()
        .map(each -> new RetentionPlan.Group(each.getKey(), reason, each.getValue()))
        .toList();
  }
}
