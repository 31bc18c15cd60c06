package io.tradingengine.backup.core.postgres;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds databases whose files were made anew since an earlier capture, under the same names: by
 * {@code CREATE DATABASE … OID … STRATEGY FILE_COPY}, or a move to another tablespace and back.
 * They are copies whose pages keep the LSNs of what they were copied from, so these say nothing of
 * what the earlier capture has. A database's {@code PG_VERSION} is written with its folder and
 * never again. Not safe for concurrent use.
 */
final class DatabaseFolders {
  private static final Pattern IN_DATABASE =
      Pattern.compile("(?:base|pg_tblspc/[0-9]+/PG_[0-9_]+)/([0-9]+)/(.*)");
  private static final String VERSION = "PG_VERSION";

  private final ParentFiles parent;
  private final Set<String> anew = new TreeSet<>();
  private final Set<String> reliedOn = new TreeSet<>();

  DatabaseFolders(ParentFiles parent) {
    this.parent = parent;
  }

  /** There is a file. */
  void found(String path, Instant modified) {
    Matcher matcher = IN_DATABASE.matcher(path);
    if (matcher.matches() && matcher.group(2).equals(VERSION)) {
      if (!parent.modified(path).equals(Optional.of(modified))) {
        anew.add(matcher.group(1));
      }
    }
  }

  /** Pages of a file were left out because of their LSN. */
  void reliedOn(String path) {
    Matcher matcher = IN_DATABASE.matcher(path);
    if (matcher.matches()) {
      reliedOn.add(matcher.group(1));
    }
  }

  /** A database of which that should not have been done. */
  Optional<String> mistaken() {
    return anew.stream().filter(reliedOn::contains).findFirst();
  }
}
