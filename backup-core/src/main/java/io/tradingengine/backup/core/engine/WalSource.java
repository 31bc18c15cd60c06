package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.core.archive.PieceKeys;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
import io.tradingengine.backup.spi.WalArchiveSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The source whose log is archived by its server, and how its pieces are called. */
final class WalSource implements AutoCloseable {
  private static final Pattern DIGEST =
      Pattern.compile("[0-9a-f]{" + WalArchiveSource.WalFile.DIGITS + "}");

  private final WalArchiveSource source;
  private final PieceKeys keys;

  private WalSource(WalArchiveSource source) {
    this.source = source;
    this.keys = PieceKeys.of(source);
  }

  /**
   * Opens it.
   *
   * @param name its name; empty for the only one there is
   * @throws BackupException if there is none, or several and none is named
   */
  static WalSource open(BackupConfig config, Optional<String> name) {
    List<WalArchiveSource> found = new ArrayList<>();
    config.sources().stream()
        .filter(each -> name.isEmpty() || SourceNames.of(each).equals(name.get()))
        .map(Components::source)
        .forEach(
            each -> {
              if (each instanceof WalArchiveSource archiving) {
                found.add(archiving);
              } else {
                each.close();
              }
            });
    if (found.size() == 1) {
      return new WalSource(found.get(0));
    }
    List<String> names = found.stream().map(Source::name).toList();
    found.forEach(Source::close);
    throw names.isEmpty()
        ? new BackupException(
            name.map(each -> "There is no PostgreSQL source '" + each + "'")
                .orElse("The configuration has no PostgreSQL source"),
            "configure the server whose log it is",
            null)
        : new BackupException(
            "Several sources are PostgreSQL servers: " + String.join(", ", names),
            "name the one whose log it is with --source",
            null);
  }

  WalArchiveSource source() {
    return source;
  }

  PieceKeys keys() {
    return keys;
  }

  /** The objects of the pieces whose names are a prefix and a digest, by the digest. */
  Map<String, List<ObjectKey>> versions(String prefix, Collection<ObjectKey> listed) {
    Map<String, List<ObjectKey>> versions = new TreeMap<>();
    keys.pieces(listed)
        .forEach(
            (piece, objects) -> {
              if (piece.startsWith(prefix)) {
                String rest = piece.substring(prefix.length());
                if (DIGEST.matcher(rest).matches()) {
                  versions.put(rest, objects);
                }
              }
            });
    return versions;
  }

  @Override
  public void close() {
    source.close();
  }
}
