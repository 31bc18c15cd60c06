package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.Finding;
import java.util.Collection;

/** How a command ended, as the shell sees it. */
enum ExitCode {
  /** Done, and nothing is wrong. */
  DONE(0),
  /** Not done; the standard error says why. */
  FAILED(1),
  /** The command line or the configuration is wrong; nothing was tried. */
  WRONG_USE(2),
  /** Done, but there are warnings that somebody should look at. */
  DEGRADED(3);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** How a command that did its work ends. */
  static ExitCode of(boolean degraded) {
    return degraded ? DEGRADED : DONE;
  }

  /** How a command that did its work ends when it has found this. */
  static ExitCode of(Collection<Finding> findings) {
    ExitCode worst = DONE;
    for (Finding finding : findings) {
      switch (finding.severity()) {
        case INFO -> {}
        case WARNING -> worst = worst == DONE ? DEGRADED : worst;
        case ERROR -> worst = FAILED;
      }
    }
    return worst;
  }
}
