package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.spi.ObjectKey;
import java.util.Optional;
import java.util.regex.Pattern;

/** The names of everything in a repository. */
public final class RepositoryLayout {
  /** Says whose repository it is. */
  public static final ObjectKey REPOSITORY = new ObjectKey("repository.json");

  /** Write-ahead log: {@code wal/<source>/<system-id>/<timeline>/…}. */
  public static final String WAL = "wal/";

  /** Redis' command streams: {@code changes/<source>/<replication-id>/…}. */
  public static final String CHANGES = "changes/";

  /** Recovery points: {@code points/<yyyyMMdd>/…}. */
  public static final String POINTS = "points/";

  /** What {@link Notes} remember. */
  public static final String NOTES = "notes/";

  private static final String MANIFEST = "manifest.json";
  private static final String SIGNATURE = ".asc";
  private static final String INDEX = "index.json";
  private static final String CLAIM = "run.json";
  private static final Pattern SUFFIX = Pattern.compile("(\\.[a-z0-9]{1,15}){1,2}");

  private RepositoryLayout() {}

  /** The folder of a backup. */
  public static ObjectKey backup(BackupId id) {
    return new ObjectKey(id.toString());
  }

  /** The folder of a source in a backup; its volumes lie there. */
  public static ObjectKey source(BackupId id, String source) {
    return backup(id).resolve(source);
  }

  /** What says that a backup is whole. */
  public static ObjectKey manifest(BackupId id) {
    return backup(id).resolve(MANIFEST);
  }

  /** The manifest's detached signature. */
  public static ObjectKey signature(BackupId id) {
    return backup(id).resolve(MANIFEST + SIGNATURE);
  }

  /** What says which run takes a backup; put before all else of it. */
  public static ObjectKey claim(BackupId id) {
    return backup(id).resolve(CLAIM);
  }

  /**
   * The index of a backup's files.
   *
   * @param suffix what the codec and the encryptor add, such as {@code .zst.gpg}; may be empty
   */
  public static ObjectKey index(BackupId id, String suffix) {
    return backup(id).resolve(INDEX + suffix);
  }

  /** What a codec adds to the names of what it compressed. */
  public static String suffix(Compression.Codec codec) {
    return switch (codec) {
      case ZSTD -> ".zst";
      case GZIP -> ".gz";
      case NONE -> "";
    };
  }

  /** The backup whose folder has that name, or empty for a folder of somebody else. */
  public static Optional<BackupId> backupNamed(String folder) {
    try {
      return Optional.of(BackupId.parse(folder));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Everything that lies in a backup's folder starts with this. */
  public static String prefix(BackupId id) {
    return id + "/";
  }

  /** What a backup's index has as its suffix; empty if {@code key} cannot be that index. */
  static Optional<String> indexSuffix(BackupId id, ObjectKey key) {
    String plain = prefix(id) + INDEX;
    String rest = key.value().startsWith(plain) ? key.value().substring(plain.length()) : "?";
    return rest.isEmpty() || SUFFIX.matcher(rest).matches() ? Optional.of(rest) : Optional.empty();
  }
}
