package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.Timing;
import io.tradingengine.backup.spi.VersionedSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an application's callbacks write and take in. Used by one run at a time. */
final class StateSource implements VersionedSource {
  static final String TYPE = "state";

  /** The one artifact of a capture. */
  static final String ARTIFACT = "state";

  static final String EXTENSION = "bin";

  private final String name;
  private final Optional<State.Capture> capture;
  private final Optional<State.Restore> restore;
  private final Clock clock;

  StateSource(
      String name, Optional<State.Capture> capture, Optional<State.Restore> restore, Clock clock) {
    this.name = name;
    this.capture = capture;
    this.restore = restore;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return TYPE;
  }

  /** The callback is asked for the state as it is now. */
  @Override
  public Timing timing() {
    return Timing.AT_START;
  }

  @Override
  public List<Finding> check() {
    return capture.isPresent() ? List.of() : List.of(noCapture());
  }

  private Finding noCapture() {
    return Finding.error(
        name,
        "has no callback that captures the state",
        "the application that holds it takes the backup, with State.named(\""
            + name
            + "\").capture(...); a configuration file cannot");
  }

  @Override
  public SourceState capture(ArtifactSink out) throws IOException, InterruptedException {
    State.Capture callback =
        capture.orElseThrow(() -> new IOException("cannot capture " + noCapture()));
    try (ArtifactStream stream = out.create(ARTIFACT, EXTENSION)) {
      Instant asOf = clock.instant();
      write(callback, stream);
      stream.finish();
      return new SourceState(asOf, Map.of());
    }
  }

  /**
   * Has a callback write the state.
   *
   * @throws IOException if it fails, or a write has failed, whatever it made of that
   */
  static void write(State.Capture callback, OutputStream out)
      throws IOException, InterruptedException {
    CallbackOutput handed = new CallbackOutput(out);
    try {
      callback.write(handed);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | AssertionError | StackOverflowError | LinkageError e) {
      // Whatever it is: other languages on the JVM throw what the interface does not declare.
      handed.end();
      throw new IOException("the capture callback failed: " + reason(e), e);
    }
    handed.end();
  }

  @Override
  public VersionTracker tracker(ChangeSink sink) {
    return capture.isPresent()
        ? new StateVersions(sink, capture.get(), clock)
        : new VersionTracker() {
          @Override
          public Optional<StreamPosition> capture() {
            return Optional.empty();
          }

          @Override
          public void close() {}
        };
  }

  /** A version does not go on from a capture, so that there is none to go on from. */
  @Override
  public Optional<StreamPosition> positionOf(SourceState state) {
    return Optional.empty();
  }

  @Override
  public Replay.Route route(SourceState state, Replay replay) throws IOException {
    return new VersionRoute(name, StateVersions.EXTENSION, false).to(state, replay);
  }

  /** What a callback threw, in words. */
  static String reason(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
  }

  @Override
  public RestorePreview preview(RestoreTask task) throws IOException {
    Optional<Replay.Route> route = VersionRoute.of(this, task);
    List<Finding> findings = new ArrayList<>();
    route.ifPresent(found -> findings.addAll(found.findings()));
    if (route.isPresent() && !route.get().open()) {
      return new RestorePreview(List.of(), 0, findings);
    }
    long size = content(route, task).size();
    Optional<Path> file = file(task);
    if (file.isEmpty()) {
      findings.add(restore.isPresent() ? handover() : nowhere());
      return new RestorePreview(List.of(), size, findings);
    }
    RestorePreview preview = RestorePlan.ofFile(name, task, file.get(), size).preview();
    findings.addAll(preview.findings());
    return new RestorePreview(preview.targets(), size, findings);
  }

  private StateContent content(Optional<Replay.Route> route, RestoreTask task) {
    return task.replay()
        .flatMap(
            replay ->
                route.stream()
                    .flatMap(found -> found.pieces().stream())
                    .findFirst()
                    .<StateContent>map(
                        piece -> new StateContent.OfVersion(piece, replay.changes())))
        .orElseGet(() -> new StateContent.OfCapture(name, task.captured()));
  }

  private Finding handover() {
    return Finding.info(
        name,
        "is handed to the application's restore callback, last of all; that cannot be taken back");
  }

  private Finding nowhere() {
    return Finding.error(
        name,
        "has no callback that takes the state in",
        "restore into a folder, which writes it to a file, or from the application that holds it");
  }

  @Override
  public StagedRestore stage(RestoreTask task) throws IOException, InterruptedException {
    StateContent content = content(VersionRoute.of(this, task).map(VersionRoute::open), task);
    Optional<Path> file = file(task);
    if (file.isPresent()) {
      RestorePlan plan = RestorePlan.ofFile(name, task, file.get(), content.size());
      TreeRestore writing = new TreeRestore(name, plan, task, clock);
      writing.stage(new StateFilling(content, task.progress()));
      return writing;
    }
    State.Restore callback = restore.orElseThrow(() -> new IOException(nowhere().toString()));
    StateHandover handover = new StateHandover(name, callback, content, task.progress());
    handover.stage();
    return handover;
  }

  /** Where the state is written to; empty where a callback takes it. */
  private static Optional<Path> file(RestoreTask task) {
    return task.into()
        .map(into -> into.toAbsolutePath().normalize().resolve(ARTIFACT + "." + EXTENSION));
  }

  @Override
  public void close() {}
}
