package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.ServerStart;
import io.tradingengine.backup.StartedServer;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.ChangeFollower;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.IncrementalSource;
import io.tradingengine.backup.spi.LaunchableSource;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.Timing;
import io.tradingengine.backup.spi.WalArchiveSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A PostgreSQL server: captured over the replication protocol, restored into a data directory. */
final class PostgresSource
    implements ContinuousSource, IncrementalSource, LaunchableSource, WalArchiveSource {
  static final String TYPE = "postgres";

  private final String name;
  private final ConnectionSpec spec;
  private final WalOptions wal;
  private final PostgresRestore restore;
  private final SummaryTrust trust = new SummaryTrust();

  PostgresSource(String name, ConnectionSpec spec, WalOptions wal, Optional<Path> dataDirectory) {
    this.name = name;
    this.spec = spec;
    this.wal = wal;
    this.restore = new PostgresRestore(name, dataDirectory);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return TYPE;
  }

  /** The WAL of the capture is replayed to its end. */
  @Override
  public Timing timing() {
    return Timing.AT_END;
  }

  @Override
  public List<Finding> check() throws InterruptedException {
    return new Preflight(name, spec).run();
  }

  @Override
  public Optional<Lease> fence(String system, String owner)
      throws IOException, InterruptedException {
    return BackupFence.take(name, spec, system, owner);
  }

  @Override
  public SourceState capture(ArtifactSink out) throws IOException, InterruptedException {
    return new PostgresCapture(name, spec, out).run(Optional.empty(), trust);
  }

  @Override
  public Set<String> remembered() {
    return Set.of(ContentsReader.MANIFEST, BlockMaps.ARTIFACT);
  }

  @Override
  public SourceState captureSince(Captured parent, ArtifactSink out)
      throws IOException, InterruptedException {
    return new PostgresCapture(name, spec, out).run(Optional.of(parent), trust);
  }

  @Override
  public SourceState merge(Captured captured, List<Captured> earlier, ArtifactSink out)
      throws IOException, InterruptedException {
    return new CaptureMerge(name, captured, earlier, out).run();
  }

  @Override
  public ChangeFollower follower(ChangeSink sink) {
    return new WalFollower(name, spec, wal, sink);
  }

  @Override
  public PositionSampler sampler() throws IOException, InterruptedException {
    return InsertPosition.connect(name, spec);
  }

  @Override
  public Optional<StreamPosition> positionOf(SourceState state) {
    return Optional.of(CapturedWal.of(state).position());
  }

  @Override
  public Replay.Route route(SourceState state, Replay replay) throws IOException {
    return new WalRoute(name, CapturedWal.of(state), replay).find().route();
  }

  @Override
  public String print(StreamPosition position) {
    return CapturedWal.print(position);
  }

  @Override
  public RestorePreview preview(RestoreTask task) throws IOException, InterruptedException {
    return restore.preview(task);
  }

  @Override
  public StagedRestore stage(RestoreTask task) throws IOException, InterruptedException {
    return restore.stage(task);
  }

  @Override
  public StartedServer launch(ServerStart start) throws IOException, InterruptedException {
    return new ServerLaunch(start, spec).run();
  }

  @Override
  public WalFile describe(Path file) throws IOException {
    return WalFiles.describe(file);
  }

  @Override
  public Optional<String> clusterOf(Path file) throws IOException {
    return WalFiles.clusterOf(file);
  }

  @Override
  public String prefix(String cluster, String file) {
    return WalFiles.prefix(cluster, file);
  }

  /** Nothing is kept open between calls. */
  @Override
  public void close() {}
}
