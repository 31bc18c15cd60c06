package io.tradingengine.backup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is to be restored, and to where. Immutable; each method returns a new request. */
public final class RestoreRequest {
  private final @Nullable BackupId backupId;
  private final @Nullable Path into;
  private final List<String> sources;
  private final Map<Path, Path> relocations;
  private final boolean force;

  private RestoreRequest(
      @Nullable BackupId backupId,
      @Nullable Path into,
      List<String> sources,
      Map<Path, Path> relocations,
      boolean force) {
    this.backupId = backupId;
    this.into = into;
    this.sources = List.copyOf(sources);
    this.relocations = Map.copyOf(relocations);
    this.force = force;
  }

  /** The newest backup. */
  public static RestoreRequest latest() {
    return new RestoreRequest(null, null, List.of(), Map.of(), false);
  }

  /** That backup. */
  public static RestoreRequest of(BackupId id) {
    Objects.requireNonNull(id, "id");
    return new RestoreRequest(id, null, List.of(), Map.of(), false);
  }

  /**
   * Puts each source into {@code folder/<source name>}. Without this, each goes where the
   * configuration and the backup say.
   */
  public RestoreRequest into(Path folder) {
    return new RestoreRequest(
        backupId, Objects.requireNonNull(folder), sources, relocations, force);
  }

  /** Restores that source, and only those named. Without this, all are. */
  public RestoreRequest source(String name) {
    List<String> more = new ArrayList<>(sources);
    more.add(Objects.requireNonNull(name));
    return new RestoreRequest(backupId, into, more, relocations, force);
  }

  /** Puts a PostgreSQL tablespace that stood at {@code from} at {@code to}. */
  public RestoreRequest relocate(Path from, Path to) {
    Map<Path, Path> more = new HashMap<>(relocations);
    more.put(Objects.requireNonNull(from), Objects.requireNonNull(to));
    return new RestoreRequest(backupId, into, sources, more, force);
  }

  /** Moves aside what is in the way, instead of refusing. Never removes anything. */
  public RestoreRequest force() {
    return new RestoreRequest(backupId, into, sources, relocations, true);
  }

  /**
   * The same request, for that backup. A plan for the newest stays with the one that was newest.
   */
  public RestoreRequest pinnedTo(BackupId id) {
    return new RestoreRequest(Objects.requireNonNull(id), into, sources, relocations, force);
  }

  /** The backup asked for; empty for the newest. */
  public Optional<BackupId> backupId() {
    return Optional.ofNullable(backupId);
  }

  /** The folder asked for. */
  public Optional<Path> into() {
    return Optional.ofNullable(into);
  }

  /** The sources asked for; empty for all. */
  public List<String> sources() {
    return sources;
  }

  /** Tablespaces' places: old to new. */
  public Map<Path, Path> relocations() {
    return relocations;
  }

  /** Whether what is in the way may be moved aside. */
  public boolean isForced() {
    return force;
  }
}
