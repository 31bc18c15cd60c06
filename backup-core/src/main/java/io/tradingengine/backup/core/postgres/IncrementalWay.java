package io.tradingengine.backup.core.postgres;

import java.util.Locale;

/** How an incremental capture finds what has changed. */
enum IncrementalWay {
  /** The server knows by its WAL summaries (17 and newer, {@code summarize_wal}). */
  SERVER,

  /** The whole cluster is read, and pages whose LSN says that they are old are left out. */
  PAGE_LSN;

  /** The state's attribute that has it. */
  static final String ATTRIBUTE = "incremental-way";

  /** The state's attribute that has the start LSN of the capture that this one builds on. */
  static final String FROM = "incremental-from-lsn";

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The way with that label.
   *
   * @throws IllegalArgumentException if there is none
   */
  static IncrementalWay parse(String label) {
    for (IncrementalWay way : values()) {
      if (way.label().equals(label)) {
        return way;
      }
    }
    throw new IllegalArgumentException("not a way of incremental backups: '" + label + "'");
  }
}
