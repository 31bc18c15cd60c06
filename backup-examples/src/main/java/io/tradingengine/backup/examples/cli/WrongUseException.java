package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupException;

/** The command was called in a way in which it cannot do anything. */
final class WrongUseException extends BackupException {
  private static final long serialVersionUID = 1L;

  WrongUseException(String message, String hint) {
    super(message, hint, null);
  }
}
