package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata.MissingSource;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.VolumeWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a backup is made of. Used by one thread. */
interface Material {

  /** The backup that it builds on; empty if it stands on its own. */
  Optional<BackupId> parent();

  /** How many volumes it holds at the most, beside those that the writer holds itself. */
  int volumesHeld();

  /** Says what is known before anything is written. */
  void announce(RunLog log);

  /**
   * Writes everything.
   *
   * @param remover removes what is not wanted any more
   * @throws IOException if something failed that the backup needs
   * @throws InterruptedException if the thread was interrupted; nothing goes on by then
   */
  Gathered gather(RunLog log, VolumeWriter writer, SourceCapture.Remover remover)
      throws IOException, InterruptedException;

  /**
   * When its state is of.
   *
   * @param startedAt when the run began
   * @param writtenAt when all that it wrote was durable
   */
  Manifest.Run run(Instant startedAt, Instant writtenAt);

  /**
   * What came of it, for the manifest.
   *
   * @param sources in the order configured
   * @param missing the optional sources that it has to do without
   * @param index the files in all artifacts
   */
  record Gathered(
      List<Manifest.CapturedSource> sources, List<MissingSource> missing, IndexFile index) {}
}
