package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.ArtifactTarget;
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

  private final VolumeWriter writer;
  private final ObjectKey folder;
  private final ProgressMeter meter;
  private final Consumer<Finding> findings;
  private final Set<String> begun = new TreeSet<>();
  private final Map<String, List<IndexEntry>> index = new LinkedHashMap<>();
  private final List<Artifact> finished = new ArrayList<>();

  CaptureSink(
      VolumeWriter writer, ObjectKey folder, ProgressMeter meter, Consumer<Finding> findings) {
    this.writer = writer;
    this.folder = folder;
    this.meter = meter;
    this.findings = findings;
  }

  @Override
  public ArtifactStream create(String name, String extension) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not an artifact's name: '" + name + "'");
    }
    List<IndexEntry> entries = new ArrayList<>();
    synchronized (this) {
      if (!begun.add(name)) {
        throw new IllegalArgumentException("the artifact '" + name + "' was begun twice");
      }
      index.put(name, entries);
    }
    return writer.create(
        new ArtifactTarget(folder, name, extension, entries::add, meter::add, this::finished));
  }

  private synchronized void finished(Artifact artifact) {
    finished.add(artifact);
  }

  @Override
  public void report(Finding finding) {
    findings.accept(finding);
  }

  @Override
  public void expect(long bytes) {
    meter.expect(bytes);
  }

  /**
   * The finished artifacts.
   *
   * @throws IOException if one was begun and never finished: the source failed without saying so
   */
  synchronized List<Artifact> artifacts() throws IOException {
    Set<String> open = new TreeSet<>(begun);
    finished.forEach(artifact -> open.remove(artifact.name()));
    if (!open.isEmpty()) {
      throw new IOException("the artifacts " + open + " were begun and not finished");
    }
    return List.copyOf(finished);
  }

  /** The files recorded, by artifact; only those artifacts that have any. */
  synchronized Map<String, List<IndexEntry>> index() {
    Map<String, List<IndexEntry>> filled = new LinkedHashMap<>(index);
    filled.values().removeIf(List::isEmpty);
    return filled;
  }
}
