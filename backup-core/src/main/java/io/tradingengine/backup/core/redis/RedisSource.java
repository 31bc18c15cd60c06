package io.tradingengine.backup.core.redis;

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
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** A Redis server, or several that belong together. Used by one run at a time. */
final class RedisSource implements ContinuousSource {
  static final String TYPE = "redis";

  private final RedisSettings settings;
  private final RedisRestore restore;

  RedisSource(RestoreSettings settings) {
    this.settings = settings.redis();
    this.restore = new RedisRestore(settings);
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Timing timing() {
    return Timing.AT_START;
  }

  @Override
  public List<Finding> check() throws InterruptedException {
    try (Connections connections = new Connections(settings)) {
      return new RedisPreflight(settings, connections).run();
    }
  }

  @Override
  public SourceState capture(ArtifactSink out) throws IOException, InterruptedException {
    try (Connections connections = new Connections(settings)) {
      return new RedisCapture(settings, connections, out, Clock.systemUTC()).run();
    }
  }

  @Override
  public ChangeFollower follower(ChangeSink sink) {
    return new CommandFollower(settings, sink);
  }

  @Override
  public PositionSampler sampler() throws IOException, InterruptedException {
    return OffsetSampler.connect(settings);
  }

  @Override
  public Optional<StreamPosition> positionOf(SourceState state) {
    return StreamEnd.ofCapture(state)
        .map(at -> new StreamPosition(at.replicationId(), at.offset()));
  }

  @Override
  public Replay.Route route(SourceState state, Replay replay) throws IOException {
    return CommandRoute.find(settings.name(), state, replay).route();
  }

  @Override
  public RestorePreview preview(RestoreTask task) throws IOException, InterruptedException {
    return restore.preview(task);
  }

  @Override
  public StagedRestore stage(RestoreTask task) throws IOException, InterruptedException {
    return restore.stage(task);
  }

  /** Nothing is kept open between calls. */
  @Override
  public void close() {}
}
