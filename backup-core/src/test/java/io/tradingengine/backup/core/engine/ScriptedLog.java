package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ChangeFollower;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.Timing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A store whose changes are the bytes that a test writes to it. It is followed in memory, and cut
 * into pieces {@code stream/<from>-<to>.cmd}.
 */
final class ScriptedLog implements ContinuousSource {
  /** What a run of the follower does before it follows. */
  interface Start {
    void run(ChangeSink sink) throws IOException, InterruptedException;
  }

  private final String name;
  private final Timing timing;
  private long written;
  private long cut;
  volatile Start start = sink -> {};
  volatile IOException samplerFailure;
  volatile Optional<String> replaces = Optional.empty();

  ScriptedLog(String name, Timing timing) {
    this.name = name;
    this.timing = timing;
  }

  /** Changes the store. */
  synchronized void write(long bytes) {
    written += bytes;
  }

  synchronized long written() {
    return written;
  }

  @Override
  public ChangeFollower follower(ChangeSink sink) {
    return new Follower(sink);
  }

  private final class Follower implements ChangeFollower {
    private final ChangeSink sink;
    private volatile Thread runner;

    Follower(ChangeSink sink) {
      this.sink = sink;
    }

    @Override
    public void run() throws IOException, InterruptedException {
      runner = Thread.currentThread();
      start.run(sink);
      sink.following();
      sink.archived(new StreamPosition("stream", 0));
      Thread.sleep(3_600_000);
    }

    @Override
    public void cut() throws IOException, InterruptedException {
      long from;
      long to;
      synchronized (ScriptedLog.this) {
        from = cut;
        to = written;
      }
      if (to == from) {
        return;
      }
      Path file = sink.folder().resolve("changes");
      Files.write(file, new byte[(int) (to - from)]);
      sink.store(
          new ChangeSink.Piece(
              "stream/" + (from + 1) + "-" + to + ".cmd",
              file,
              0,
              to - from,
              Optional.of(new StreamPosition("stream", to)),
              replaces));
      Files.delete(file);
      synchronized (ScriptedLog.this) {
        cut = to;
      }
    }

    @Override
    public Optional<StreamPosition> received() {
      return Optional.of(new StreamPosition("stream", written()));
    }

    @Override
    public Optional<StreamPosition> durable() {
      return received();
    }

    @Override
    public void close() {
      Thread thread = runner;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  @Override
  public PositionSampler sampler() throws IOException {
    return new PositionSampler() {
      @Override
      public StreamPosition sample() throws IOException {
        IOException failure = samplerFailure;
        if (failure != null) {
          throw failure;
        }
        return new StreamPosition("stream", written());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return "redis";
  }

  @Override
  public Timing timing() {
    return timing;
  }

  @Override
  public List<Finding> check() {
    return List.of();
  }

  @Override
  public Optional<StreamPosition> positionOf(SourceState state) {
    return Optional.empty();
  }

  @Override
  public Replay.Route route(SourceState state, Replay replay) {
    return new Replay.Route(List.of(), List.of());
  }

  @Override
  public SourceState capture(ArtifactSink out) {
    throw new UnsupportedOperationException("only its changes are of interest");
  }

  @Override
  public RestorePreview preview(RestoreTask task) {
    throw new UnsupportedOperationException("only its changes are of interest");
  }

  @Override
  public StagedRestore stage(RestoreTask task) {
    throw new UnsupportedOperationException("only its changes are of interest");
  }

  @Override
  public void close() {}
}
