package io.tradingengine.backup.core.postgres;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that consists of data pages: a segment of a relation's fork.
 *
 * @param segment its number, 0 for the first
 * @param main whether the fork is the main one, which holds the data themselves
 */
record RelationFile(int segment, boolean main) {
  private static final Pattern SHARED = Pattern.compile("global/" + file());
  private static final Pattern DATABASE = Pattern.compile("base/[0-9]{1,10}/" + file());
  private static final Pattern TABLESPACE =
      Pattern.compile("PG_[0-9_]{1,30}/[0-9]{1,10}/" + file());

  private static String file() {
    return "[0-9]{1,10}(_(?:fsm|vm|init))?(?:\\.([0-9]{1,9}))?";
  }

  /** What the member {@code path} of the archive of the main data directory is. */
  static Optional<RelationFile> inDataDirectory(String path) {
    Matcher matcher = (path.startsWith("global/") ? SHARED : DATABASE).matcher(path);
    return of(matcher);
  }

  /** What the member {@code path} of a tablespace's archive is. */
  static Optional<RelationFile> inTablespace(String path) {
    return of(TABLESPACE.matcher(path));
  }

  private static Optional<RelationFile> of(Matcher matcher) {
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String segment = matcher.group(2);
    return Optional.of(
        new RelationFile(
            segment == null ? 0 : Integer.parseInt(segment), matcher.group(1) == null));
  }
}
