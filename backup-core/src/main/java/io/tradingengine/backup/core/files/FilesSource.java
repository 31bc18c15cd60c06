package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.files.FileStat.Kind;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.IncrementalSource;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.Timing;
import io.tradingengine.backup.spi.VersionedSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Files and folders. Used by one run at a time. */
final class FilesSource implements VersionedSource, IncrementalSource {
  private final String name;
  private final List<Path> roots;
  private final Excludes excludes;
  private final Clock clock;

  /**
   * @param roots absolute, in the order of their bytes, none inside another
   */
  FilesSource(String name, List<Path> roots, Excludes excludes, Clock clock) {
    this.name = name;
    this.roots = List.copyOf(roots);
    this.excludes = excludes;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return "files";
  }

  /** Files are read one after another, so this is the nearest: from the begin on. */
  @Override
  public Timing timing() {
    return Timing.AT_START;
  }

  @Override
  public List<Finding> check() {
    List<Finding> findings = new ArrayList<>();
    for (Path root : roots) {
      checkRoot(root, findings);
    }
    return findings;
  }

  private void checkRoot(Path root, List<Finding> findings) {
    try {
      Kind kind = FileStat.of(root).kind();
      if (kind == Kind.SYMLINK) {
        findings.add(
            Finding.error(
                name,
                root + " is a symbolic link to " + Files.readSymbolicLink(root),
                "links are not followed: name what it points to in paths"));
      } else if (kind != Kind.FILE && kind != Kind.DIRECTORY) {
        findings.add(
            Finding.error(
                name, root + " is " + kind.words(), "name files and folders only in paths"));
      } else if (!Files.isReadable(root) || (kind == Kind.DIRECTORY && !Files.isExecutable(root))) {
        findings.add(
            Finding.error(
                name, root + " may not be read", "run the backup as a user who may read it"));
      }
    } catch (NoSuchFileException e) {
      findings.add(
          Finding.error(name, root + " does not exist", "create it, or take it out of paths"));
    } catch (IOException e) {
      findings.add(
          Finding.error(
              name,
              root + " cannot be looked at: " + FindingLog.reason(e),
              "run the backup as a user who may read it"));
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      findings.add(
          Finding.error(
              name, root + " is on a file system without modes and owners", "use a POSIX system"));
    }
  }

  @Override
  public SourceState capture(ArtifactSink out) throws IOException, InterruptedException {
    return begin(out).whole();
  }

  @Override
  public Set<String> remembered() {
    return Set.of(Listing.ARTIFACT);
  }

  @Override
  public SourceState captureSince(Captured parent, ArtifactSink out)
      throws IOException, InterruptedException {
    return begin(out).since(parent);
  }

  @Override
  public SourceState merge(Captured captured, List<Captured> earlier, ArtifactSink out)
      throws IOException {
    return new TreeMerge(name, captured, earlier).into(out);
  }

  private FilesCapture begin(ArtifactSink out) throws IOException {
    List<Finding> problems = check();
    if (!problems.isEmpty()) {
      throw new IOException("cannot capture " + problems.get(0));
    }
    return new FilesCapture(name, trees(), clock, out);
  }

  private TreeVersions.Trees trees() {
    return new TreeVersions.Trees(roots, excludes);
  }

  @Override
  public VersionTracker tracker(ChangeSink sink) {
    return new TreeVersions(sink, trees(), clock);
  }

  /** A version does not go on from a capture, so that there is none to go on from. */
  @Override
  public Optional<StreamPosition> positionOf(SourceState state) {
    return Optional.empty();
  }

  @Override
  public Replay.Route route(SourceState state, Replay replay) throws IOException {
    return new VersionRoute(name, TreeVersions.EXTENSION, true).to(state, replay);
  }

  @Override
  public RestorePreview preview(RestoreTask task) throws IOException {
    Optional<Replay.Route> route = VersionRoute.of(this, task);
    List<Finding> findings = route.map(Replay.Route::findings).orElse(List.of());
    if (route.isPresent() && !route.get().open()) {
      return new RestorePreview(List.of(), 0, findings);
    }
    Optional<VersionFilling> version = route.flatMap(open -> filling(open, task));
    if (version.isEmpty()) {
      Chain.of(name, task); // says early what does not fit together
    }
    RestorePreview preview =
        (version.isPresent() ? plan(version.get()) : RestorePlan.of(name, task)).preview();
    return new RestorePreview(
        preview.targets(),
        preview.bytes(),
        Stream.concat(findings.stream(), preview.findings().stream()).toList());
  }

  @Override
  public StagedRestore stage(RestoreTask task) throws IOException, InterruptedException {
    Optional<VersionFilling> version =
        VersionRoute.of(this, task).map(VersionRoute::open).flatMap(open -> filling(open, task));
    RestorePlan plan = version.isPresent() ? plan(version.get()) : RestorePlan.of(name, task);
    TreeRestore restore = new TreeRestore(name, plan, task, clock);
    restore.stage(version.isPresent() ? version.get() : new ArchiveFilling(name, task));
    return restore;
  }

  private RestorePlan plan(VersionFilling version) throws IOException {
    return RestorePlan.of(name, version.task(), version.head().roots());
  }

  /** What builds the version that is restored; empty for the capture as it is. */
  private Optional<VersionFilling> filling(Replay.Route route, RestoreTask task) {
    return task.replay()
        .filter(replay -> !route.pieces().isEmpty())
        .map(replay -> new VersionFilling(name, route.pieces(), replay.changes(), task));
  }

  @Override
  public void close() {}
}
