package io.tradingengine.backup.core.destination;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a run left.
 *
 * @param exitCode 0 for success
 * @param lines what it said about the objects, names escaped by rsync
 * @param stderr the end of what it complained about
 */
record RsyncResult(int exitCode, List<String> lines, String stderr) {
  /** rsync: some files vanished while they were looked at. */
  private static final int VANISHED = 24;

  /** What rsync says, and what a newer rrsync says in its place. */
  private static final Pattern LACKS_ROOT =
      Pattern.compile(
          "(?:change_dir|mkdir) \".*\\(2\\)$"
              + "|post-realpath open failed.*No such file or directory$");

  boolean succeeded() {
    return exitCode == 0;
  }

  /** For runs that only read: what vanished meanwhile is not there. */
  boolean hasRead() {
    return exitCode == 0 || exitCode == VANISHED;
  }

  /** Whether the target folder, or the folder above it, is not there. */
  boolean lacksRoot() {
    return exitCode != 0 && stderr.lines().anyMatch(LACKS_ROOT.asPredicate());
  }

  /** Whether a folder that was being written to vanished under rsync. */
  boolean lostFolder() {
    return exitCode != 0 && stderr.lines().anyMatch(line -> line.endsWith("(2)"));
  }

  /** Whether it failed and did not say why. */
  boolean isSilent() {
    return exitCode != 0 && stderr.isBlank();
  }

  /** Whether rrsync lets one run in at a time, and another was in. */
  boolean turnedAway() {
    return exitCode != 0 && stderr.contains("Another instance of rrsync");
  }
}
