package io.tradingengine.backup;

import java.util.Objects;

/**
 * Something that a check found out. Immutable.
 *
 * @param severity how bad it is
 * @param subject which thing it is about, such as a source's name or an object's key
 * @param message what was found
 * @param hint what to do about it, such as the exact SQL; empty where nothing needs doing
 */
public record Finding(Severity severity, String subject, String message, String hint) {

  /** How bad a finding is. */
  public enum Severity {
    /** Worth knowing. */
    INFO,
    /** The work goes on, its outcome is degraded. */
    WARNING,
    /** The work cannot be done. */
    ERROR
  }

  public Finding {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(hint, "hint");
  }

  public static Finding info(String subject, String message) {
    return new Finding(Severity.INFO, subject, message, "");
  }

  public static Finding warning(String subject, String message, String hint) {
    return new Finding(Severity.WARNING, subject, message, hint);
  }

  public static Finding error(String subject, String message, String hint) {
    return new Finding(Severity.ERROR, subject, message, hint);
  }

  /** One line: subject, message, hint. */
  @Override
  public String toString() {
    return subject + ": " + message + (hint.isEmpty() ? "" : " HINT: " + hint);
  }
}
