package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupMetadata;

/** Whether what a source gave is the state of one moment, as far as the source says so. */
final class Consistency {
  /** Attributes of sources, as {@code docs/format.md} has them. */
  private static final String POINT_IN_TIME = "point-in-time";

  private static final String SHARDS = "shards";

  private Consistency() {}

  /** A remark in brackets with a space before it; empty if there is nothing to remark. */
  static String remark(BackupMetadata.SourceSummary source) {
    if ("no".equals(source.attributes().get(POINT_IN_TIME))) {
      return " (not a point in time)";
    }
    String shards = source.attributes().getOrDefault(SHARDS, "1");
    return shards.equals("1") ? "" : " (" + shards + " shards, each a point in time of its own)";
  }
}
