package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.catalog.Manifest;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Picks the backup that a restore begins with: the newest from which all sources get there. */
final class BaseChoice {
  /**
   * The choice.
   *
   * @param backup the backup
   * @param replays how its sources get to the moment; not open if none does
   */
  record Chosen(StoredBackups.StoredBackup backup, Replays replays) {}

  private final StoredBackups stored;
  private final Replays.Context context;

  BaseChoice(StoredBackups stored, Replays.Context context) {
    this.stored = stored;
    this.context = context;
  }

  /**
   * Chooses.
   *
   * @param findings takes what was seen while backups were looked for
   */
  Chosen choose(RestoreRequest request, Moment moment, List<Finding> findings) throws IOException {
    Optional<BackupId> named = request.backupId();
    if (named.isPresent()) {
      return chosen(stored.whole(named.get()), request, moment);
    }
    if (!moment.replays()) {
      return chosen(stored.newest(findings), request, moment);
    }
    @Nullable Chosen newest = null;
    Map<BackupId, Manifest> known = new HashMap<>();
    for (BackupId id : stored.newestFirst(findings)) {
      StoredBackups.StoredBackup backup;
      try {
        backup = stored.whole(id, known);
      } catch (BackupException e) {
        RunRegistry.throwInterruption(e);
        findings.add(
            Finding.warning(
                id.toString(),
                "cannot be begun with: " + Messages.of(e),
                "an older one is taken, with more to replay"));
        continue;
      }
      Chosen chosen = chosen(backup, request, moment);
      if (chosen.replays().open()) {
        return chosen;
      }
      newest = newest == null || closer(chosen, newest) ? chosen : newest;
    }
    if (newest == null) {
      return chosen(stored.newest(findings), request, moment);
    }
    return newest;
  }

  /** A backup that is too new says so; what an older one lacks on its way is the real reason. */
  private static boolean closer(Chosen older, Chosen newer) {
    Optional<RecoveryPoint> point = newer.replays().moment().point();
    return point.isPresent()
        && newer.backup().manifest().run().startedAt().isAfter(point.get().at())
        && older.backup().manifest().id().compareTo(newer.backup().manifest().id()) < 0;
  }

  private Chosen chosen(StoredBackups.StoredBackup backup, RestoreRequest request, Moment moment)
      throws IOException {
    List<Manifest.CapturedSource> sources = RestorePlanner.selected(request, backup.manifest());
    return new Chosen(backup, Replays.of(moment, request, sources, context));
  }
}
