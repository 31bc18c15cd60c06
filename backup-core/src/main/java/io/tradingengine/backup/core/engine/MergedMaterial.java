package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IncrementalSource;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What earlier backups have, put together to one that stands on its own: source by source, as
 * streams.
 *
 * @param config opens the sources, none of which is connected to
 * @param backup the newest of them, with all that it builds on
 * @param remembering empty where nothing is remembered
 */
record MergedMaterial(BackupConfig config, OpenBackup backup, Optional<Remembering> remembering)
    implements Material {
  /** What a source may have open at a time, see {@link IncrementalSource#merge}. */
  private static final int STREAMS = 4;

  /** A source writes two artifacts at a time at the most. */
  private static final int WRITTEN = 2;

  /** How the backups are read: what is read ahead for all streams is shared out among them. */
  static VolumeOptions reading(BackupConfig config) {
    VolumeOptions all = Components.volumeOptions(config, held());
    return new VolumeOptions(
        all.codec(), all.level(), Math.max(1, all.volumeSize() / STREAMS), all.workers());
  }

  /** Each stream holds one volume that is read, and at the least one that is read ahead. */
  private static int held() {
    return WRITTEN + 2 * STREAMS;
  }

  @Override
  public Optional<BackupId> parent() {
    return Optional.empty();
  }

  @Override
  public int volumesHeld() {
    return held();
  }

  @Override
  public void announce(RunLog log) {
    // What was missing then is among the findings.
  }

  @Override
  public Gathered gather(RunLog log, VolumeWriter writer, SourceCapture.Remover remover)
      throws IOException, InterruptedException {
    List<Manifest.CapturedSource> sources = new ArrayList<>();
    Map<String, List<IndexEntry>> index = new LinkedHashMap<>();
    for (Manifest.CapturedSource part : backup.manifest().sources()) {
      long begin = System.nanoTime();
      log.started(part.name());
      CaptureSink sink = new SinkOfMerge(log, writer, remover).of(part.name());
      Manifest.CapturedSource merged = merge(part, sink);
      sink.index()
          .forEach((artifact, files) -> index.put(IndexFile.nameOf(part.name(), artifact), files));
      sources.add(merged);
      log.finished(part.name(), merged.size(), Duration.ofNanos(System.nanoTime() - begin));
    }
    return new Gathered(sources, backup.manifest().missing(), new IndexFile(index));
  }

  private Manifest.CapturedSource merge(Manifest.CapturedSource part, CaptureSink sink)
      throws IOException, InterruptedException {
    SourceState state;
    try {
      state = part.parent().isEmpty() ? copy(part, sink) : puttingTogether(part, sink);
    } catch (IOException e) {
      throw new IOException("source '" + part.name() + "': " + Messages.of(e), e);
    }
    return new Manifest.CapturedSource(
        part.name(),
        part.type(),
        Optional.empty(),
        part.startedAt(),
        part.finishedAt(),
        state,
        sink.end());
  }

  private SourceState puttingTogether(Manifest.CapturedSource part, CaptureSink sink)
      throws IOException, InterruptedException {
    try (Source source = RestorePlanner.open(config, part)) {
      if (source instanceof IncrementalSource incremental) {
        return incremental.merge(
            backup.capture(part), backup.earlier(part), remembered(source, sink));
      }
      throw new BackupException(
          "'" + part.name() + "' builds on an earlier backup, and its provider cannot merge",
          "use a release whose provider of '" + part.type() + "' can",
          null);
    }
  }

  /** Copies a part that stands on its own as it is. */
  private SourceState copy(Manifest.CapturedSource part, CaptureSink sink) throws IOException {
    if (remembering.isEmpty() || !isConfigured(part)) {
      return copy(part, (ArtifactSink) sink);
    }
    try (Source source = RestorePlanner.open(config, part)) {
      return copy(part, remembered(source, sink));
    }
  }

  private SourceState copy(Manifest.CapturedSource part, ArtifactSink out) throws IOException {
    Captured captured = backup.capture(part);
    out.expect(part.size());
    for (Captured.ArtifactInfo artifact : captured.artifacts()) {
      captured.copy(artifact, out);
    }
    return part.state();
  }

  private boolean isConfigured(Manifest.CapturedSource part) {
    return config.sources().stream()
        .anyMatch(
            each -> SourceNames.of(each).equals(part.name()) && each.type().equals(part.type()));
  }

  private ArtifactSink remembered(Source source, ArtifactSink sink) {
    return remembering.map(each -> each.of(source, sink)).orElse(sink);
  }

  /** It has the state of the newest, and so its time: by that it is found and kept. */
  @Override
  public Manifest.Run run(Instant startedAt, Instant writtenAt) {
    Manifest.Run tip = backup.manifest().run();
    return new Manifest.Run(tip.startedAt(), tip.finishedAt(), Version.current());
  }
}
