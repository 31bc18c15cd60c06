package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.core.catalog.Manifest.CapturedSource;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.SourceNames;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses manifests that do not fit together: whoever reads one may go by its keys, sizes and
 * offsets without looking again.
 */
final class ManifestCheck {
  private static final Pattern ARTIFACT = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");
  private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{0,15}");

  private final BackupId id;
  private final Set<ObjectKey> keys = new HashSet<>();

  private ManifestCheck(BackupId id) {
    this.id = id;
  }

  /**
   * Checks what a manifest says.
   *
   * @throws IllegalArgumentException naming what does not fit
   */
  static void check(BackupId id, List<CapturedSource> sources, Volume index) {
    ManifestCheck check = new ManifestCheck(id);
    require(RepositoryLayout.isIndex(id, index.key()), "the index cannot be " + index.key());
    require(index.offset() == 0, "the index is one volume");
    check.volume(index);
    Set<String> names = new HashSet<>();
    for (CapturedSource source : sources) {
      require(
          SourceNames.isValid(source.name()), "a source cannot be called '" + source.name() + "'");
      require(names.add(source.name()), "two sources are called '" + source.name() + "'");
      check.source(source);
    }
  }

  private void source(CapturedSource source) {
    Set<String> names = new HashSet<>();
    for (Artifact artifact : source.artifacts()) {
      String name = source.name() + "/" + artifact.name();
      require(ARTIFACT.matcher(artifact.name()).matches(), "an artifact cannot be called " + name);
      require(
          EXTENSION.matcher(artifact.extension()).matches(),
          name + " cannot have the extension '" + artifact.extension() + "'");
      require(names.add(artifact.name()), "two artifacts are called " + name);
      artifact(artifact, RepositoryLayout.source(id, source.name()) + "/");
    }
  }

  /** That the volumes cover the artifact without a gap, the artifact itself has checked. */
  private void artifact(Artifact artifact, String folder) {
    for (Volume volume : artifact.volumes()) {
      String key = volume.key().value();
      require(
          key.startsWith(folder) && key.indexOf('/', folder.length()) < 0,
          key + " does not lie in " + folder);
      volume(volume);
    }
  }

  private void volume(Volume volume) {
    require(keys.add(volume.key()), volume.key() + " stands twice");
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
