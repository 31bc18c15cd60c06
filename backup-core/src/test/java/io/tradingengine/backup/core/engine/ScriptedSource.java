package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.Timing;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A source that does what a test tells it to. */
record ScriptedSource(String name, Timing timing, List<Finding> findings, Script script)
    implements Source {

  /** What its capture does. */
  interface Script {
    SourceState capture(ArtifactSink out) throws IOException, InterruptedException;
  }

  static ScriptedSource atStart(String name, Script script) {
    return new ScriptedSource(name, Timing.AT_START, List.of(), script);
  }

  static ScriptedSource atEnd(String name, Script script) {
    return new ScriptedSource(name, Timing.AT_END, List.of(), script);
  }

  /** One whose check finds an error. */
  static ScriptedSource unready(String name, String message) {
    return new ScriptedSource(
        name,
        Timing.AT_START,
        List.of(Finding.error(name, message, "start it")),
        out -> {
          throw new AssertionError("captured in spite of its preflight");
        });
  }

  Participant required() {
    return new Participant(this, Participant.Need.REQUIRED);
  }

  Participant optional() {
    return new Participant(this, Participant.Need.OPTIONAL);
  }

  /** A state as of that instant, with nothing to say. */
  static SourceState asOf(String instant) {
    return new SourceState(Instant.parse(instant), Map.of());
  }

  /** Bytes that do not compress. */
  static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return noise;
  }

  /** Writes bytes that do not compress into an artifact, and leaves it open. */
  static ArtifactStream write(ArtifactSink out, String artifact, int bytes) throws IOException {
    ArtifactStream stream = out.create(artifact, "bin");
    stream.write(noise(bytes));
    return stream;
  }

  @Override
  public String type() {
    return "scripted";
  }

  @Override
  public List<Finding> check() {
    return findings;
  }

  @Override
  public SourceState capture(ArtifactSink out) throws IOException, InterruptedException {
    return script.capture(out);
  }

  @Override
  public RestorePreview preview(RestoreTask task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StagedRestore stage(RestoreTask task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
