package io.tradingengine.backup.core.postgres;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the path of a relation's file says of it.
 *
 * @param tablespace its OID
 * @param database its OID, 0 for what all databases share
 * @param relation the number of its files
 * @param fork 0 main, 1 free space, 2 visibility, 3 initial
 * @param segment the file's number, 0 for the first
 */
record RelationPath(long tablespace, long database, long relation, int fork, int segment) {
  private static final long DEFAULT = 1663;
  private static final long GLOBAL = 1664;
  private static final Map<String, Integer> FORKS = Map.of("fsm", 1, "vm", 2, "init", 3);
  private static final Pattern FORM =
      Pattern.compile(
          "(?:global|base/([0-9]{1,10})|pg_tblspc/([0-9]{1,10})/PG_[0-9_]{1,30}/([0-9]{1,10}))"
              + "/([0-9]{1,10})(?:_(fsm|vm|init))?(?:\\.([0-9]{1,9}))?");

  /** What a path below the data directory says; empty if it is none of a relation. */
  static Optional<RelationPath> of(String path) {
    Matcher matcher = FORM.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Optional<String> inDefault = Optional.ofNullable(matcher.group(1));
    Optional<String> inOther = Optional.ofNullable(matcher.group(3));
    long tablespace =
        Optional.ofNullable(matcher.group(2))
            .map(Long::parseLong)
            .orElse(inDefault.isPresent() ? DEFAULT : GLOBAL);
    return Optional.of(
        new RelationPath(
            tablespace,
            inDefault.or(() -> inOther).map(Long::parseLong).orElse(0L),
            Long.parseLong(matcher.group(4)),
            Optional.ofNullable(matcher.group(5)).map(FORKS::get).orElse(0),
            Optional.ofNullable(matcher.group(6)).map(Integer::parseInt).orElse(0)));
  }

  /** The relation's fork, whichever its segment. */
  RelationPath firstSegment() {
    return new RelationPath(tablespace, database, relation, fork, 0);
  }
}
