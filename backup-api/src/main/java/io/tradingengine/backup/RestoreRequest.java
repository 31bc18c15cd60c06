package io.tradingengine.backup;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is to be restored, and to where. Immutable; each method returns a new request. */
public final class RestoreRequest {
  private final @Nullable BackupId backupId;
  private final @Nullable Path into;
  private final List<String> sources;
  private final Map<Path, Path> relocations;
  private final boolean force;
  private final RestoreTarget target;
  private final OptionalLong timeline;
  private final boolean paused;

  private RestoreRequest(Draft draft) {
    this.backupId = draft.backupId;
    this.into = draft.into;
    this.sources = List.copyOf(draft.sources);
    this.relocations = Map.copyOf(draft.relocations);
    this.force = draft.force;
    this.target = draft.target;
    this.timeline = draft.timeline;
    this.paused = draft.paused;
  }

  /** What a request is made of, while it is changed. */
  private static final class Draft {
    private @Nullable BackupId backupId;
    private @Nullable Path into;
    private List<String> sources = List.of();
    private Map<Path, Path> relocations = Map.of();
    private boolean force;
    private RestoreTarget target = new RestoreTarget.Newest();
    private OptionalLong timeline = OptionalLong.empty();
    private boolean paused;
  }

  private RestoreRequest with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.backupId = backupId;
    draft.into = into;
    draft.sources = sources;
    draft.relocations = relocations;
    draft.force = force;
    draft.target = target;
    draft.timeline = timeline;
    draft.paused = paused;
    change.accept(draft);
    return new RestoreRequest(draft);
  }

  /**
   * The newest state there is: the newest recovery point, or where nothing was archived since, the
   * newest backup.
   */
  public static RestoreRequest latest() {
    return new RestoreRequest(new Draft());
  }

  /** That backup as it is; with one of the targets, the backup that a restore begins with. */
  public static RestoreRequest of(BackupId id) {
    return latest().pinnedTo(id).atBackup();
  }

  /** Goes to the last recovery point at or before that instant, in all sources. */
  public RestoreRequest at(Instant instant) {
    return at(new RestoreTarget.Time(instant));
  }

  /** Goes to a recovery point that was marked with that name, in all sources. */
  public RestoreRequest atPoint(String name) {
    return at(new RestoreTarget.Point(name));
  }

  /** Goes to a position in PostgreSQL's log, and to the last recovery point before it elsewhere. */
  public RestoreRequest at(Lsn lsn) {
    return at(new RestoreTarget.Position(lsn));
  }

  /** Takes the backup as it is, whatever was archived after it. */
  public RestoreRequest atBackup() {
    return at(new RestoreTarget.Backup());
  }

  /** Goes to that moment. */
  public RestoreRequest at(RestoreTarget moment) {
    Objects.requireNonNull(moment, "moment");
    return with(draft -> draft.target = moment);
  }

  /** Follows that timeline of PostgreSQL; by default the recovery point's, or the newest. */
  public RestoreRequest timeline(long number) {
    if (number < 1 || number > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("not a timeline: " + number);
    }
    return with(draft -> draft.timeline = OptionalLong.of(number));
  }

  /**
   * Leaves PostgreSQL readable only once it is there, so that somebody can look before it opens.
   */
  public RestoreRequest paused() {
    return with(draft -> draft.paused = true);
  }

  /**
   * Puts each source into {@code folder/<source name>}. Without this, each goes where the
   * configuration and the backup say.
   */
  public RestoreRequest into(Path folder) {
    Objects.requireNonNull(folder, "folder");
    return with(draft -> draft.into = folder);
  }

  /** Restores that source, and only those named. Without this, all are. */
  public RestoreRequest source(String name) {
    List<String> more = new ArrayList<>(sources);
    more.add(Objects.requireNonNull(name));
    return with(draft -> draft.sources = more);
  }

  /** Puts a PostgreSQL tablespace that stood at {@code from} at {@code to}. */
  public RestoreRequest relocate(Path from, Path to) {
    Map<Path, Path> more = new HashMap<>(relocations);
    more.put(Objects.requireNonNull(from), Objects.requireNonNull(to));
    return with(draft -> draft.relocations = more);
  }

  /** Moves aside what is in the way, instead of refusing. Never removes anything. */
  public RestoreRequest force() {
    return with(draft -> draft.force = true);
  }

  /**
   * The same request, for that backup. A plan for the newest stays with the one that was newest.
   */
  public RestoreRequest pinnedTo(BackupId id) {
    Objects.requireNonNull(id, "id");
    return with(draft -> draft.backupId = id);
  }

  /** The moment asked for. */
  public RestoreTarget target() {
    return target;
  }

  /** PostgreSQL's timeline asked for. */
  public OptionalLong timeline() {
    return timeline;
  }

  /** Whether PostgreSQL is left readable only. */
  public boolean isPaused() {
    return paused;
  }

  /** The backup asked for; empty for the newest that gets there. */
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
