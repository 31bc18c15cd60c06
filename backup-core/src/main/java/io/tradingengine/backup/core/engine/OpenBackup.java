package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.SmallObjects;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeReader;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A backup that is being read, by one thread at a time. Closing it ends its reader's threads. */
final class OpenBackup implements AutoCloseable {
  private static final int MOST_NAMED = 20;

  private final StoredBackups.StoredBackup stored;
  private final List<Finding> findings;
  private final Copies copies;
  private final VolumeReader reader;
  private final Map<BackupId, IndexFile> indexes = new HashMap<>();
  private final Map<BackupId, Map<Target, Map<ObjectKey, Long>>> lengths = new HashMap<>();

  /**
   * Opens a backup and reads its index, which needs the secret key.
   *
   * @param findings what was seen while it was looked for
   * @throws IOException if no destination can be read
   */
  OpenBackup(
      StoredBackups.StoredBackup stored,
      List<Finding> findings,
      Encryptor encryptor,
      VolumeOptions options)
      throws IOException {
    this.stored = stored;
    this.findings = List.copyOf(findings);
    this.copies = new Copies(stored.targets());
    for (Manifest link : links()) {
      Volume volume = link.index();
      indexes.put(
          link.id(),
          IndexFile.read(
              new ByteArrayInputStream(SmallObjects.decode(copies, volume, encryptor)),
              volume.key()));
    }
    this.reader = new VolumeReader(options, encryptor, copies);
  }

  /** The manifests of all that is read, the full backup's first. */
  private List<Manifest> links() {
    List<Manifest> links = new ArrayList<>(stored.earlier());
    links.add(stored.manifest());
    return links;
  }

  /** Where it is looked for, the nearest first. */
  List<Target> targets() {
    return stored.targets();
  }

  Manifest manifest() {
    return stored.manifest();
  }

  StoredCapture capture(Manifest.CapturedSource source) {
    return capture(manifest(), source);
  }

  private StoredCapture capture(Manifest link, Manifest.CapturedSource source) {
    IndexFile index = indexes.get(link.id());
    if (index == null) {
      throw new IllegalArgumentException(link.id() + " is not open");
    }
    return new StoredCapture(link.id(), source, index, reader);
  }

  /** The backups that it builds on, the full one first. */
  List<BackupId> earlier() {
    return stored.earlier().stream().map(Manifest::id).toList();
  }

  /** What a source's part builds on, the one that stands on its own first. */
  List<Captured> earlier(Manifest.CapturedSource source) {
    List<Part> parts = parts(source);
    return parts.subList(0, parts.size() - 1).stream()
        .<Captured>map(part -> capture(part.link(), part.source()))
        .toList();
  }

  /** All that a source's part of the backup builds on, and last that part itself. */
  List<Manifest.CapturedSource> chain(Manifest.CapturedSource source) {
    return parts(source).stream().map(Part::source).toList();
  }

  /** A source's part of a link. */
  private record Part(Manifest link, Manifest.CapturedSource source) {}

  private List<Part> parts(Manifest.CapturedSource source) {
    ArrayDeque<Part> parts = new ArrayDeque<>();
    parts.add(new Part(manifest(), source));
    List<Manifest> links = links();
    for (int i = links.size() - 2; i >= 0 && parts.getFirst().source().parent().isPresent(); i--) {
      Manifest link = links.get(i);
      parts.addFirst(
          new Part(
              link,
              link.source(source.name())
                  .orElseThrow(
                      () ->
                          new IntegrityException(
                              RepositoryLayout.manifest(link.id()).value(),
                              "has no '" + source.name() + "', on which a later backup builds",
                              "restore another backup",
                              null))));
    }
    return List.copyOf(parts);
  }

  /**
   * Reads a volume's object, without decoding it.
   *
   * @throws IntegrityException if it is whole in no destination
   */
  void check(Volume volume) throws IOException {
    reader.check(volume);
  }

  /** Whether all that was read from a destination was whole, and anything was. */
  boolean proves(Target target) {
    return copies.gave(target);
  }

  /** What was seen while the backup was looked for, and while it was read. */
  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(copies.findings());
    return all;
  }

  /**
   * The objects of a source that no destination has whole, by listings; reads none. Those that only
   * some destinations lack are counted in a warning for each of these.
   */
  List<Finding> missing(Manifest.CapturedSource source) throws IOException {
    List<Finding> errors = new ArrayList<>();
    Map<Target, Integer> lacking = new LinkedHashMap<>();
    for (Part part : parts(source)) {
      Map<Target, Map<ObjectKey, Long>> there = lengths(part.link().id());
      for (Artifact artifact : part.source().artifacts()) {
        for (Volume volume : artifact.volumes()) {
          problem(volume, there, lacking).ifPresent(errors::add);
        }
      }
    }
    List<Finding> all = new ArrayList<>(shortened(errors, source.name()));
    lacking.forEach(
        (target, count) ->
            all.add(
                Finding.warning(
                    target.name(),
                    "lacks " + count + " objects of '" + source.name() + "', which others have",
                    "they are read from there; replicate completes it")));
    return all;
  }

  private Map<Target, Map<ObjectKey, Long>> lengths(BackupId id) throws IOException {
    Map<Target, Map<ObjectKey, Long>> known = lengths.get(id);
    if (known != null) {
      return known;
    }
    Map<Target, Map<ObjectKey, Long>> found = new LinkedHashMap<>();
    IOException failure = null;
    for (Target target : stored.targets()) {
      try {
        Map<ObjectKey, Long> there = target.catalog().lengths(id);
        if (!there.isEmpty()) {
          found.put(target, there);
        }
      } catch (IOException e) {
        RunRegistry.rethrowInterruption(e);
        failure = e;
      }
    }
    if (found.isEmpty() && failure != null) {
      throw failure;
    }
    lengths.put(id, found);
    return found;
  }

  private static Optional<Finding> problem(
      Volume volume, Map<Target, Map<ObjectKey, Long>> lengths, Map<Target, Integer> lacking) {
    List<Target> without = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    lengths.forEach(
        (target, there) -> {
          Long length = there.get(volume.key());
          if (length == null) {
            without.add(target);
            problems.add("is missing from " + target.name());
          } else if (length != volume.storedSize()) {
            without.add(target);
            problems.add(
                "has "
                    + length
                    + " bytes in "
                    + target.name()
                    + ", expected "
                    + volume.storedSize());
          }
        });
    if (without.size() < lengths.size()) {
      without.forEach(target -> lacking.merge(target, 1, Integer::sum));
      return Optional.empty();
    }
    return Optional.of(
        Finding.error(
            volume.key().toString(),
            problems.isEmpty() ? "is missing from the repository" : String.join(", ", problems),
            "restore another backup, or bring this object back from another copy of the"
                + " repository"));
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
   * Decodes one volume of these sources' parts, of the largest artifact, and measures how fast that
   * goes.
   *
   * @return plain bytes a second on one worker
   */
  double sampleRate(List<Manifest.CapturedSource> sources) throws IOException {
    Artifact largest =
        sources.stream()
            .flatMap(source -> chain(source).stream())
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
