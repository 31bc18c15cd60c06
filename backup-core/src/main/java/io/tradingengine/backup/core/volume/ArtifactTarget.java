package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/**
 * Where an artifact goes, and who hears of it.
 *
 * @param folder the folder of its volumes, such as {@code full-20240115-020000/postgres}
 * @param name lower-case letters, digits and dashes, such as {@code base}
 * @param extension what its plain stream is, such as {@code tar}; empty for none
 * @param index takes the files that the source records, on the thread that writes
 * @param progress takes the plain bytes of each volume once it is put, on any thread and
 *     concurrently
 * @param onFinished takes the artifact once all its volumes are put, on the thread that finishes it
 * @param onAbandoned takes the volumes that were put of an artifact which was given up, once no
 *     more of them come, on the thread that gives it up
 */
public record ArtifactTarget(
    ObjectKey folder,
    String name,
    String extension,
    Consumer<IndexEntry> index,
    LongConsumer progress,
    Consumer<Artifact> onFinished,
    Consumer<List<Volume>> onAbandoned) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");
  private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]*");

  public ArtifactTarget {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(index, "index");
    Objects.requireNonNull(progress, "progress");
    Objects.requireNonNull(onFinished, "onFinished");
    Objects.requireNonNull(onAbandoned, "onAbandoned");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "not an artifact's name: '" + name + "' (lower-case letters, digits and dashes)");
    }
    if (!EXTENSION.matcher(extension).matches()) {
      throw new IllegalArgumentException(
          "not an extension: '" + extension + "' (lower-case letters and digits)");
    }
  }
}
