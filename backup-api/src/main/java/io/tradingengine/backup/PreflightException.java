package io.tradingengine.backup;

import java.util.List;
import java.util.stream.Collectors;

/** Something that the backup needs is missing, and was found before anything was written. */
public final class PreflightException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  public PreflightException(List<Finding> findings) {
    super(
        "The backup was not started:"
            + findings.stream()
                .map(finding -> System.lineSeparator() + "  " + finding)
                .collect(Collectors.joining()));
    this.findings = List.copyOf(findings);
  }

  /** What stands in the way, and how to mend each. */
  public List<Finding> findings() {
    return findings;
  }
}
