package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.RepeatCaptureException;
import io.tradingengine.backup.spi.Timing;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The capture of one source. Run by one thread; its outcome is read once that has ended. An
 * optional source that fails leaves nothing behind and fails nobody.
 */
final class SourceCapture implements SideBySide.Task, CaptureSink.Listener {
  private final Participant participant;
  private final Setting setting;
  private @Nullable Captured captured;
  private @Nullable LeftOut leftOut;

  /**
   * What the captures of one backup share.
   *
   * @param log hears of what happens
   * @param writer takes what is captured
   * @param remover removes what is not wanted any more
   * @param clock dates it
   * @param lineage what they build on
   */
  record Setting(RunLog log, VolumeWriter writer, Remover remover, Clock clock, Lineage lineage) {}

  /** Removes objects of a backup that is at work. */
  interface Remover {

    /** Removes them; gives a warning for each destination that did not remove all. */
    List<Finding> remove(List<ObjectKey> keys);
  }

  /**
   * What came of a source.
   *
   * @param source for the manifest
   * @param index the files in its artifacts, by artifact
   */
  record Captured(Manifest.CapturedSource source, Map<String, List<IndexEntry>> index) {}

  SourceCapture(Participant participant, Setting setting) {
    this.participant = participant;
    this.setting = setting;
  }

  @Override
  public String name() {
    return participant.name();
  }

  Timing timing() {
    return participant.source().timing();
  }

  /** What the source gave; empty if it was left out. */
  Optional<Captured> captured() {
    return Optional.ofNullable(captured);
  }

  /** Why the source was left out; empty if it was not. */
  Optional<LeftOut> leftOut() {
    return Optional.ofNullable(leftOut);
  }

  @Override
  public void run() throws IOException, InterruptedException {
    String name = name();
    RunLog log = setting.log();
    log.started(name);
    CaptureSink sink =
        new CaptureSink(
            setting.writer(), RepositoryLayout.source(log.id(), name), log.meter(name), this);
    try {
      capture(sink);
    } catch (UnusableParentException | RepeatCaptureException e) {
      throw e; // another attempt can have even an optional source
    } catch (IOException | RuntimeException e) {
      if (participant.need() == Participant.Need.REQUIRED) {
        throw named(e);
      }
      goWithout(sink, e);
    }
  }

  private void capture(CaptureSink sink) throws IOException, InterruptedException {
    Instant startedAt = setting.clock().instant();
    Lineage.Outcome outcome = setting.lineage().capture(participant.source(), sink);
    List<Artifact> artifacts = sink.end();
    Manifest.CapturedSource source =
        new Manifest.CapturedSource(
            name(),
            participant.source().type(),
            outcome.parent(),
            startedAt,
            setting.clock().instant(),
            outcome.state(),
            artifacts);
    captured = new Captured(source, sink.index());
    setting.log().finished(name(), source.size(), Duration.between(startedAt, source.finishedAt()));
  }

  private IOException named(Exception e) {
    if (e instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return new IOException("source '" + name() + "': " + Messages.of(e), e);
  }

  /** What fails all sources, such as a full disk, is not this one's to be left out for. */
  private void goWithout(CaptureSink sink, Exception cause) throws IOException {
    setting.writer().check();
    sink.abandonAll();
    LeftOut without = LeftOut.of(participant, Messages.of(cause), "");
    leftOut = without;
    setting.log().leftOut(without);
  }

  @Override
  public void found(Finding finding) {
    setting.log().found(finding);
  }

  @Override
  public void abandoned(List<ObjectKey> objects) {
    setting.remover().remove(objects).forEach(this::found);
  }
}
