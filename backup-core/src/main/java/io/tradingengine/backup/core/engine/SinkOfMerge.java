package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.List;

/** Makes the sinks of a merge, and hears of what they see. */
record SinkOfMerge(RunLog log, VolumeWriter writer, SourceCapture.Remover remover)
    implements CaptureSink.Listener {

  CaptureSink of(String source) {
    return new CaptureSink(
        writer, RepositoryLayout.source(log.id(), source), log.meter(source), this);
  }

  /** What the newest backup has found already is not told twice. */
  @Override
  public void found(Finding finding) {
    if (!log.findings().contains(finding)) {
      log.found(finding);
    }
  }

  @Override
  public void abandoned(List<ObjectKey> objects) {
    remover.remove(objects).forEach(this::found);
  }
}
