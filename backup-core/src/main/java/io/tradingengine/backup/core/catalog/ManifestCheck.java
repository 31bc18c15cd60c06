package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata.MissingSource;
import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.core.catalog.Manifest.CapturedSource;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.SourceNames;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses manifests that do not fit together: whoever reads one may go by its keys, sizes and
 * offsets without looking again.
 */
final class ManifestCheck {
  private static final Pattern ARTIFACT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{0,15}");

  private final BackupId id;
  private final String suffix;

  private ManifestCheck(BackupId id, String suffix) {
    this.id = id;
    this.suffix = suffix;
  }

  /**
   * Checks what a manifest says.
   *
   * @throws IllegalArgumentException naming what does not fit
   */
  static void check(BackupId id, Codec codec, List<CapturedSource> sources, Volume index) {
    Optional<String> suffix = RepositoryLayout.indexSuffix(id, index.key());
    require(suffix.isPresent(), "the index cannot be " + index.key());
    require(
        suffix.orElseThrow().startsWith(RepositoryLayout.suffix(codec)),
        "by its name, " + index.key() + " is not compressed as the manifest says");
    require(index.offset() == 0, "the index is one volume");
    ManifestCheck check = new ManifestCheck(id, suffix.get());
    Set<String> names = new HashSet<>();
    for (CapturedSource source : sources) {
      require(
          SourceNames.isValid(source.name()), "a source cannot be called '" + source.name() + "'");
      require(names.add(source.name()), "two sources are called '" + source.name() + "'");
      check.source(source);
    }
  }

  /**
   * Checks that what is missing is not there.
   *
   * @throws IllegalArgumentException naming what does not fit
   */
  static void checkMissing(List<CapturedSource> sources, List<MissingSource> missing) {
    Set<String> names = new HashSet<>();
    sources.forEach(source -> names.add(source.name()));
    for (MissingSource each : missing) {
      require(SourceNames.isValid(each.name()), "no source can be called '" + each.name() + "'");
      require(names.add(each.name()), "'" + each.name() + "' cannot be missing, it is there");
    }
  }

  /**
   * Checks that an incremental backup, and nothing else, builds on an earlier one.
   *
   * @throws IllegalArgumentException naming what does not fit
   */
  static void checkParents(BackupId id, Optional<BackupId> parent, List<CapturedSource> sources) {
    require(
        parent.isPresent() == (id.kind() == BackupKind.INCREMENTAL),
        parent.isPresent()
            ? "a full backup builds on no other"
            : "it does not say what it builds on");
    parent.ifPresent(
        each -> require(each.compareTo(id) < 0, "it cannot build on " + each + ", which is later"));
    for (CapturedSource source : sources) {
      source
          .parent()
          .ifPresent(
              each ->
                  require(
                      parent.equals(Optional.of(each)),
                      "'" + source.name() + "' cannot build on " + each));
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

  /**
   * Recovery by hand puts volumes together by their names, so a name tells place and number. That
   * they cover the artifact without a gap, the artifact itself has checked.
   */
  private void artifact(Artifact artifact, String folder) {
    String end = (artifact.extension().isEmpty() ? "" : "." + artifact.extension()) + suffix;
    for (int i = 0; i < artifact.volumes().size(); i++) {
      String number = String.format(Locale.ROOT, "-%06d", i + 1);
      String expected = folder + artifact.name() + number + end;
      ObjectKey key = artifact.volumes().get(i).key();
      require(key.value().equals(expected), "found " + key + ", expected " + expected);
    }
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
