package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.LoggedSource;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/** How the sources of one backup are taken to a moment. Immutable. */
final class Replays {
  /** Each holds an object in memory, as it is stored and as it is decoded. */
  private static final int READERS = 2;

  /** What one source gets. */
  record Planned(Replay replay, Replay.Route route, StoredChanges changes) {}

  private final Moment moment;
  private final Map<String, Planned> planned;

  private Replays(Moment moment, Map<String, Planned> planned) {
    this.moment = moment;
    this.planned = planned;
  }

  /** The backup as it is. */
  static Replays none() {
    return new Replays(Moment.ofBackup(), Map.of());
  }

  /**
   * Looks for the ways from a backup to a moment.
   *
   * @param sources those of the backup that are restored
   */
  static Replays of(
      Moment moment, RestoreRequest request, List<Manifest.CapturedSource> sources, Context context)
      throws IOException {
    Map<String, Planned> planned = new TreeMap<>();
    if (moment.replays()) {
      for (Manifest.CapturedSource captured : sources) {
        try (Source source = RestorePlanner.open(context.config(), captured)) {
          if (source instanceof LoggedSource logged) {
            Optional<Goal> goal = moment.goal(captured, logged);
            if (goal.isPresent()) {
              StoredChanges changes = context.changes().of(captured.type(), captured.name());
              Replay replay =
                  new Replay(
                      goal.get(),
                      request.timeline(),
                      request.isPaused() ? Replay.Afterwards.PAUSE : Replay.Afterwards.OPEN,
                      changes);
              planned.put(
                  captured.name(),
                  new Planned(replay, logged.route(captured.state(), replay), changes));
            }
          }
        }
      }
    }
    return new Replays(moment, planned);
  }

  /** What ways are looked for with. */
  record Context(BackupConfig config, StoredChanges.All changes) {}

  Moment moment() {
    return moment;
  }

  /** What a source gets; empty for its part of the backup as it is. */
  Optional<Replay> of(String source) {
    return Optional.ofNullable(planned.get(source)).map(Planned::replay);
  }

  /** Whether nothing stands in the way of any source. */
  boolean open() {
    return planned.values().stream().allMatch(each -> each.route().open());
  }

  /** What stands in the way of a source, and what is worth knowing. */
  List<Finding> findings(Manifest.CapturedSource captured) {
    Planned plan = planned.get(captured.name());
    if (plan != null) {
      return plan.route().findings();
    }
    boolean left = moment.replays() && moment.point().isPresent();
    return left
        ? List.of(
            Finding.warning(
                captured.name(),
                "is restored as the backup has it, of " + captured.state().asOf(),
                "it was not archived, so no recovery point knows it"))
        : List.of();
  }

  /** Reads all that is to be applied, and names what is damaged. */
  Map<String, List<Finding>> verify() throws IOException, InterruptedException {
    Map<String, List<Finding>> damaged = new TreeMap<>();
    for (Map.Entry<String, Planned> each : planned.entrySet()) {
      Deque<String> pieces = new ConcurrentLinkedDeque<>(each.getValue().route().pieces());
      Deque<Finding> findings = new ConcurrentLinkedDeque<>();
      List<SideBySide.Task> tasks = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        tasks.add(new Verification(each.getValue().changes(), pieces, findings));
      }
      SideBySide.run("backup-check", tasks);
      damaged.put(each.getKey(), List.copyOf(findings));
    }
    return damaged;
  }

  private record Verification(StoredChanges changes, Deque<String> pieces, Deque<Finding> findings)
      implements SideBySide.Task {
    @Override
    public String name() {
      return "changes";
    }

    @Override
    public void run() throws IOException {
      for (String piece = pieces.poll(); piece != null; piece = pieces.poll()) {
        verify(piece);
      }
    }

    private void verify(String piece) throws IOException {
      try (InputStream in = changes.open(piece)) {
        in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException | BackupException e) {
        RunRegistry.rethrowInterruption(e);
        findings.add(
            Finding.error(
                piece,
                "is needed, and whole in no destination: " + Messages.of(e),
                "restore to a moment before it"));
      }
    }
  }
}
