package io.tradingengine.backup.core.volume;

import java.util.List;
import java.util.Objects;

/**
 * A plain stream and the volumes that hold it, in order and without a gap. Immutable.
 *
 * @param name such as {@code base}
 * @param extension what the plain stream is, such as {@code tar}; empty for none
 * @param size the plain bytes
 * @param volumes at least one; only an empty artifact has an empty one
 */
public record Artifact(String name, String extension, long size, List<Volume> volumes) {
  public Artifact {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(extension, "extension");
    volumes = List.copyOf(volumes);
    if (volumes.isEmpty()) {
      throw new IllegalArgumentException("artifact " + name + " has no volume");
    }
    long end = 0;
    for (Volume volume : volumes) {
      if (volume.offset() != end || (volume.size() == 0 && size != 0)) {
        throw new IllegalArgumentException(
            "artifact " + name + " has a gap at its volume " + volume.key());
      }
      end = volume.end();
    }
    if (end != size) {
      throw new IllegalArgumentException(
          "artifact " + name + " is to have " + size + " bytes, its volumes have " + end);
    }
  }

  /** The bytes that its objects take up. */
  public long storedSize() {
    return volumes.stream().mapToLong(Volume::storedSize).sum();
  }

  /** The index of the volume that holds the byte at {@code offset}; their number if none does. */
  int volumeAt(long offset) {
    int low = 0;
    int high = volumes.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (volumes.get(middle).end() <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
