package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.Locale;

/** What volumes are called: {@code base-000001.tar.zst.gpg}. */
final class VolumeNames {
  /** With more, names would no longer sort by number, on which recovery by hand relies. */
  static final int MOST_VOLUMES = 999_999;

  private VolumeNames() {}

  /**
   * @param number counted from 1
   */
  static String plainName(String artifact, String extension, int number) {
    String name = String.format(Locale.ROOT, "%s-%06d", artifact, number);
    return extension.isEmpty() ? name : name + "." + extension;
  }

  static String suffix(Codec codec) {
    return switch (codec) {
      case ZSTD -> ".zst";
      case GZIP -> ".gz";
      case NONE -> "";
    };
  }

  /** What compressed the volume with this index, counted from 0, as its name tells. */
  static Codec codec(Artifact artifact, int index, String encryption) {
    ObjectKey key = artifact.volumes().get(index).key();
    String name = plainName(artifact.name(), artifact.extension(), index + 1);
    String last = lastPart(key);
    if (!last.startsWith(name)) {
      throw new IntegrityException(
          key.value(), "stands where the volume " + name + " is expected", null);
    }
    String rest = withoutEncryption(key, last.substring(name.length()), encryption);
    for (Codec codec : Codec.values()) {
      if (rest.equals(suffix(codec))) {
        return codec;
      }
    }
    throw unknownForm(key);
  }

  /** What compressed a small object, as its name tells. */
  static Codec codec(ObjectKey key, String encryption) {
    String rest = withoutEncryption(key, lastPart(key), encryption);
    if (rest.endsWith(suffix(Codec.ZSTD))) {
      return Codec.ZSTD;
    }
    return rest.endsWith(suffix(Codec.GZIP)) ? Codec.GZIP : Codec.NONE;
  }

  private static String withoutEncryption(ObjectKey key, String name, String encryption) {
    if (!name.endsWith(encryption)) {
      throw new IntegrityException(
          key.value(),
          "is not encrypted, as its name tells, where " + encryption + " is expected",
          "does the configured encryption differ from the one that it was written with?",
          null);
    }
    return name.substring(0, name.length() - encryption.length());
  }

  private static IntegrityException unknownForm(ObjectKey key) {
    return new IntegrityException(
        key.value(),
        "its name tells neither zstd nor gzip nor no compression",
        "does the configured encryption differ from the one that it was written with?",
        null);
  }

  private static String lastPart(ObjectKey key) {
    return key.value().substring(key.value().lastIndexOf('/') + 1);
  }
}
