package io.tradingengine.backup.core.files;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Captured.ArtifactInfo;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an application's callbacks write and take in. Used by one run at a time. */
final class StateSource implements Source {
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
      CallbackOutput handed = new CallbackOutput(stream);
      Instant asOf = clock.instant();
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
      stream.finish();
      return new SourceState(asOf, Map.of());
    }
  }

  /** What a callback threw, in words. */
  static String reason(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
  }

  @Override
  public RestorePreview preview(RestoreTask task) throws IOException {
    Optional<Path> file = file(task);
    if (file.isPresent()) {
      return RestorePlan.ofFile(name, task, file.get(), size(task)).preview();
    }
    return new RestorePreview(
        List.of(), size(task), List.of(restore.isPresent() ? handover() : nowhere()));
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
    Optional<Path> file = file(task);
    if (file.isPresent()) {
      RestorePlan plan = RestorePlan.ofFile(name, task, file.get(), size(task));
      TreeRestore writing = new TreeRestore(name, plan, task, clock);
      writing.stage(new StateFilling(task));
      return writing;
    }
    StateHandover handover =
        new StateHandover(
            name, restore.orElseThrow(() -> new IOException(nowhere().toString())), task);
    handover.stage();
    return handover;
  }

  /** Where the state is written to; empty where a callback takes it. */
  private static Optional<Path> file(RestoreTask task) {
    return task.into()
        .map(into -> into.toAbsolutePath().normalize().resolve(ARTIFACT + "." + EXTENSION));
  }

  private long size(RestoreTask task) {
    return task.captured().artifacts().stream()
        .filter(artifact -> artifact.name().equals(ARTIFACT))
        .mapToLong(ArtifactInfo::size)
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    "the backup's source '" + name + "' has no artifact '" + ARTIFACT + "'"));
  }

  @Override
  public void close() {}
}
