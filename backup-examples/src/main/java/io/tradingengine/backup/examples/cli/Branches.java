package io.tradingengine.backup.examples.cli;

/** How a tree is drawn before the names of what hangs on another thing. */
enum Branches {
  LINES("├─ ", "└─ "),
  /** For logs, and for terminals that have no lines. */
  ASCII("|- ", "`- ");

  private final String middle;
  private final String last;

  Branches(String middle, String last) {
    this.middle = middle;
    this.last = last;
  }

  /** What suits whoever reads the standard output. */
  static Branches on(Terminal terminal) {
    return terminal.drawsLines() ? LINES : ASCII;
  }

  /** What stands before a name, which is the last one or not. */
  String before(boolean isLast) {
    return isLast ? last : middle;
  }
}
