package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ObjectInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which slices of Redis' command streams have to stay: those that may follow on the window's base.
 * A snapshot needs none to be consistent. Used by one thread.
 */
final class ChangesNeed {
  private static final Pattern SLICE =
      Pattern.compile(
          RepositoryLayout.CHANGES + "([^/]+)/([^/]+)/[0-9]{1,18}-([0-9]{1,18})\\.cmd(?:\\..*)?");

  private final Window window;
  private final List<KnownBackup> kept;

  /** Offsets by source and replication id. */
  private final Map<String, Map<String, Long>> ofBase = new HashMap<>();

  private final Map<String, Map<String, Long>> ofLater = new HashMap<>();

  ChangesNeed(Window window, List<KnownBackup> kept) {
    this.window = window;
    this.kept = kept;
  }

  /** The folder of a slice that nobody needs; empty for all else. */
  Optional<String> unneeded(ObjectInfo object) {
    Matcher name = SLICE.matcher(object.key().value());
    if (!name.matches() || needed(name, object)) {
      return Optional.empty();
    }
    return Optional.of(object.key().value().substring(0, name.end(2) + 1));
  }

  /**
   * After a failover a stream goes on under another id, from an offset that no backup has seen. So
   * an id that the base does not know is judged by when the slice was put, and kept in doubt.
   */
  private boolean needed(Matcher name, ObjectInfo object) {
    String source = name.group(1);
    long end = Long.parseLong(name.group(3));
    Long offset = ofBase.computeIfAbsent(source, this::base).get(name.group(2));
    if (offset != null) {
      return end >= offset;
    }
    Long later = ofLater.computeIfAbsent(source, this::later).get(name.group(2));
    return (later != null && end >= later) || window.isRecent(source, object);
  }

  private Map<String, Long> base(String source) {
    return offsets(source, window.base(source).stream().toList());
  }

  private Map<String, Long> later(String source) {
    return offsets(source, window.within(source, kept));
  }

  private static Map<String, Long> offsets(String source, List<KnownBackup> backups) {
    Map<String, Long> offsets = new HashMap<>();
    for (KnownBackup backup : backups) {
      for (Position position : backup.positions()) {
        if (position instanceof Position.Commands at && at.source().equals(source)) {
          offsets.merge(at.replicationId(), at.offset(), Math::min);
        }
      }
    }
    return offsets;
  }
}
