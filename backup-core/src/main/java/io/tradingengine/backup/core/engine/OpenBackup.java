package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.ObjectReader;
import io.tradingengine.backup.core.volume.SmallObjects;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeReader;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A backup that is being read. Closing it ends its reader's threads. */
final class OpenBackup implements AutoCloseable {
  private static final int MOST_NAMED = 20;

  private final Repositories.StoredBackup stored;
  private final VolumeReader reader;
  private final IndexFile index;

  /**
   * Opens a backup and reads its index, which needs the secret key.
   *
   * @throws IOException if the destination cannot be read
   */
  OpenBackup(Repositories.StoredBackup stored, Encryptor encryptor, VolumeOptions options)
      throws IOException {
    this.stored = stored;
    ObjectReader objects = key -> stored.destination().open(key, ByteRange.ALL);
    Volume volume = stored.manifest().index();
    this.index =
        IndexFile.read(
            new ByteArrayInputStream(SmallObjects.decode(objects, volume, encryptor)),
            volume.key());
    this.reader = new VolumeReader(options, encryptor, objects);
  }

  Manifest manifest() {
    return stored.manifest();
  }

  StoredCapture capture(Manifest.CapturedSource source) {
    return new StoredCapture(manifest().id(), source, index, reader);
  }

  /** The objects of a source that are missing or of another size, by a listing; reads none. */
  List<Finding> missing(Manifest.CapturedSource source) throws IOException {
    Map<ObjectKey, Long> lengths = new HashMap<>();
    for (ObjectInfo object :
        stored.destination().list(manifest().id() + "/" + source.name() + "/")) {
      lengths.put(object.key(), object.length());
    }
    List<Finding> findings = new ArrayList<>();
    for (Artifact artifact : source.artifacts()) {
      for (Volume volume : artifact.volumes()) {
        problem(volume, lengths.get(volume.key()))
            .ifPresent(
                problem ->
                    findings.add(
                        Finding.error(
                            volume.key().toString(),
                            problem,
                            "restore another backup, or bring this object back from another copy of the"
                                + " repository")));
      }
    }
    return shortened(findings, source.name());
  }

  private static Optional<String> problem(Volume volume, @Nullable Long length) {
    if (length == null) {
      return Optional.of("is missing from the repository");
    }
    return length == volume.storedSize()
        ? Optional.empty()
        : Optional.of("has " + length + " bytes, expected " + volume.storedSize());
  }

  private static List<Finding> shortened(List<Finding> findings, String source) {
    if (findings.size() <= MOST_NAMED) {
      return findings;
    }
    List<Finding> some = new ArrayList<>(findings.subList(0, MOST_NAMED));
    some.add(
        Finding.error(
            source, (findings.size() - MOST_NAMED) + " more objects are missing or damaged", ""));
    return some;
  }

  /**
   * Decodes one volume of these sources, the largest, and measures how fast that goes.
   *
   * @return plain bytes a second on one worker
   */
  double sampleRate(List<Manifest.CapturedSource> sources) throws IOException {
    Artifact largest =
        sources.stream()
            .flatMap(source -> source.artifacts().stream())
            .max(Comparator.comparingLong(Artifact::size))
            .orElse(null);
    if (largest == null) {
      return Double.MAX_VALUE;
    }
    byte[] buffer = new byte[1 << 16];
    long wanted = largest.volumes().get(0).size();
    long bytes = 0;
    long begin = System.nanoTime();
    try (InputStream in = reader.open(largest, 0)) {
      int read;
      while (bytes < wanted && (read = in.read(buffer)) > 0) {
        bytes += read;
      }
    }
    return bytes * 1e9 / Math.max(1, System.nanoTime() - begin);
  }

  @Override
  public void close() {
    reader.close();
  }
}
