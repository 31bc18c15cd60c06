package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.VolumeWriter;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the sources give now.
 *
 * @param preflight which of them can
 * @param lineage what their captures build on
 * @param clock dates them
 */
record FreshMaterial(Preflight preflight, Lineage lineage, Clock clock) implements Material {

  @Override
  public Optional<BackupId> parent() {
    return lineage.parentId();
  }

  @Override
  public int volumesHeld() {
    return CaptureGroup.artifactsAtOnce(preflight.ready());
  }

  @Override
  public void announce(RunLog log) {
    preflight.leftOut().forEach(log::leftOut);
  }

  @Override
  public Gathered gather(RunLog log, VolumeWriter writer, SourceCapture.Remover remover)
      throws IOException, InterruptedException {
    CaptureGroup group =
        new CaptureGroup(
            preflight.ready(), new SourceCapture.Setting(log, writer, remover, clock, lineage));
    group.run();
    List<LeftOut> leftOut = new ArrayList<>(preflight.leftOut());
    leftOut.addAll(group.leftOut());
    return new Gathered(
        group.sources(), leftOut.stream().map(LeftOut::source).toList(), group.index());
  }

  @Override
  public Manifest.Run run(Instant startedAt, Instant writtenAt) {
    return new Manifest.Run(startedAt, writtenAt, Version.current());
  }
}
