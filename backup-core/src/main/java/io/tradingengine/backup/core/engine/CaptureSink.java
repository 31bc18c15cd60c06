package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.ArtifactTarget;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Takes what one source writes, and remembers what came of it. Thread-safe. */
final class CaptureSink implements ArtifactSink {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  /** Who hears of what does not concern the artifacts that remain. Thread-safe. */
  interface Listener {
    void found(Finding finding);

    /** These objects belong to no artifact any more; none of them is written again. */
    void abandoned(List<ObjectKey> objects);
  }

  private final VolumeWriter writer;
  private final ObjectKey folder;
  private final ProgressMeter meter;
  private final Listener listener;
  private final Set<String> names = new TreeSet<>();
  private final Map<String, ArtifactStream> streams = new LinkedHashMap<>();
  private final Map<String, List<IndexEntry>> index = new LinkedHashMap<>();
  private final List<Artifact> finished = new ArrayList<>();
  private boolean over;

  CaptureSink(VolumeWriter writer, ObjectKey folder, ProgressMeter meter, Listener listener) {
    this.writer = writer;
    this.folder = folder;
    this.meter = meter;
    this.listener = listener;
  }

  @Override
  public ArtifactStream create(String name, String extension) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not an artifact's name: '" + name + "'");
    }
    List<IndexEntry> entries = new ArrayList<>();
    synchronized (this) {
      if (over) {
        throw new IOException("the artifact '" + name + "' was begun after its capture had ended");
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException("the artifact '" + name + "' was begun twice");
      }
      Consumer<List<Volume>> abandoned = volumes -> abandoned(name, volumes);
      ArtifactStream stream =
          writer.create(
              new ArtifactTarget(
                  folder, name, extension, entries::add, meter::add, this::finished, abandoned));
      index.put(name, entries);
      streams.put(name, stream);
      return new CapturedStream(stream, folder + "/" + name);
    }
  }

  private synchronized void finished(Artifact artifact) {
    finished.add(artifact);
  }

  private void abandoned(String name, List<Volume> volumes) {
    synchronized (this) {
      streams.remove(name);
      index.remove(name);
      finished.removeIf(artifact -> artifact.name().equals(name));
    }
    volumes.forEach(volume -> meter.add(-volume.size()));
    listener.abandoned(volumes.stream().map(Volume::key).toList());
  }

  @Override
  public void report(Finding finding) {
    listener.found(finding);
  }

  @Override
  public void expect(long bytes) {
    meter.expect(bytes);
  }

  /**
   * Ends the capture: no artifact can be begun any more.
   *
   * @return the finished artifacts
   * @throws IOException if one was begun and never finished: the source failed without saying so
   */
  synchronized List<Artifact> end() throws IOException {
    over = true;
    Set<String> open = new TreeSet<>(streams.keySet());
    finished.forEach(artifact -> open.remove(artifact.name()));
    if (!open.isEmpty()) {
      throw new IOException("the artifacts " + open + " were begun and not finished");
    }
    return List.copyOf(finished);
  }

  /**
   * Ends the capture and gives up every artifact of it, the finished ones too.
   *
   * @throws IOException if the backup as a whole has failed
   */
  void abandonAll() throws IOException {
    List<ArtifactStream> all;
    synchronized (this) {
      over = true;
      all = List.copyOf(streams.values());
    }
    for (ArtifactStream stream : all) {
      stream.abandon();
    }
  }

  /** The files recorded, by artifact; only those artifacts that have any. */
  synchronized Map<String, List<IndexEntry>> index() {
    Map<String, List<IndexEntry>> filled = new LinkedHashMap<>(index);
    filled.values().removeIf(List::isEmpty);
    return filled;
  }
}
