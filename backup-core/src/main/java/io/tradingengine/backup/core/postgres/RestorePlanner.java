package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides what a restore does, and finds what stands in its way. Changes nothing. Used once. */
final class RestorePlanner {
  /** Version 15.0 as {@code server_version_num} has it. */
  private static final int OLDEST = 150_000;

  private final String sourceName;
  private final RestoreTask task;
  private final List<Finding> findings = new ArrayList<>();

  RestorePlanner(String sourceName, RestoreTask task) {
    this.sourceName = sourceName;
    this.task = task;
  }

  /**
   * Decides.
   *
   * @param configured the data directory that the configuration names
   * @throws BackupException if nothing says where to restore to
   */
  RestoreScheme plan(Optional<Path> configured) throws IOException {
    List<Combination.Link> chain = new ArrayList<>();
    for (Captured link : task.earlier()) {
      chain.add(new Combination.Link(link, new ContentsReader(link, sourceName).read()));
    }
    BackupContents contents = new ContentsReader(task.captured(), sourceName).read();
    chain.add(new Combination.Link(task.captured(), contents));
    Combination combination = Combination.of(chain, sourceName);
    RestorePlace data = RestorePlace.of(target(configured));
    checkVersion(contents);
    List<TablespacePlace> tablespaces = tablespaces(contents, data);
    Optional<Owner> owner = Owner.toGive(data.target());
    PlaceChecks checks = new PlaceChecks(sourceName, task.force(), findings);
    checks.checkData(data);
    for (TablespacePlace tablespace : tablespaces) {
      checks.checkTablespace(tablespace, staysInProduction(tablespace), data);
    }
    checks.checkDistinct(tablespaces);
    checks.checkSpace(contents, data, tablespaces);
    owner.ifPresent(who -> checks.checkOwner(who, data));
    return new RestoreScheme(
        contents, combination, data, tablespaces, recovery(contents), owner, findings);
  }

  private Optional<RecoverySettings> recovery(BackupContents contents) throws IOException {
    if (task.replay().isEmpty()) {
      return Optional.empty();
    }
    Replay replay = task.replay().get();
    WalPlan plan = new WalRoute(sourceName, CapturedWal.of(contents.state()), replay).find();
    plan.obstacle().ifPresent(findings::add);
    return Optional.of(new RecoverySettings(plan, replay.afterwards()));
  }

  private Path target(Optional<Path> configured) {
    return task.into()
        .or(() -> configured)
        .or(() -> task.captured().state().find("data-directory").map(Path::of))
        .orElseThrow(
            () ->
                new BackupException(
                    "The backup of " + sourceName + " does not say where its data directory was",
                    "say where to restore to (--into DIRECTORY), or set data-directory in the"
                        + " source's configuration",
                    null));
  }

  private void checkVersion(BackupContents contents) {
    String text = contents.state().require("server-version-num");
    if (!text.matches("[0-9]{5,7}") || Integer.parseInt(text) < OLDEST) {
      findings.add(
          Finding.error(
              sourceName,
              "the backup is of PostgreSQL "
                  + contents.state().find("server-version").orElse(text)
                  + ", which is not supported",
              "PostgreSQL 15 and newer can be restored"));
    }
  }

  private List<TablespacePlace> tablespaces(BackupContents contents, RestorePlace data)
      throws IOException {
    Map<Path, Path> relocations = new HashMap<>();
    task.relocations().forEach((from, to) -> relocations.put(from.normalize(), to.normalize()));
    Set<Path> used = new HashSet<>();
    List<TablespacePlace> places = new ArrayList<>();
    for (Tablespace tablespace : contents.tablespaces()) {
      Path from = tablespace.location();
      Path location = relocations.getOrDefault(from, from);
      used.add(from);
      if (!location.isAbsolute()) {
        findings.add(
            Finding.error(
                sourceName,
                "the tablespace at " + from + " cannot go to " + location,
                "give an absolute path: "
                    + PlaceChecks.relocation(from, data.target().resolveSibling(location))));
        location = location.toAbsolutePath();
      }
      Path folder = location.resolve(tablespace.versionFolder());
      places.add(new TablespacePlace(tablespace, location, RestorePlace.of(folder)));
    }
    for (Path from : relocations.keySet()) {
      if (!used.contains(from)) {
        findings.add(
            Finding.warning(
                sourceName,
                "there is no tablespace at " + from + ", so nothing was relocated from there",
                used.isEmpty() ? "the backup has no tablespaces" : "its tablespaces are " + used));
      }
    }
    return places;
  }

  /**
   * Whether a copy that goes elsewhere would put a tablespace where production's is: that may
   * belong to a server at work, and moving it aside would break that.
   */
  private boolean staysInProduction(TablespacePlace tablespace) {
    Path from = tablespace.tablespace().location();
    return task.into().isPresent()
        && !task.relocations().containsKey(from)
        && tablespace.location().equals(from)
        && Files.exists(tablespace.place().target());
  }
}
