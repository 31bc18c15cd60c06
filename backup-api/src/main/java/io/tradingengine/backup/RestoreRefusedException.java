package io.tradingengine.backup;

import java.util.List;
import java.util.stream.Collectors;

/** The restore was not begun, because something stands in its way. Nothing was touched. */
public final class RestoreRefusedException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> obstacles;

  public RestoreRefusedException(List<Finding> obstacles) {
    super(
        "The restore was not started, nothing was touched:"
            + obstacles.stream()
                .map(finding -> System.lineSeparator() + "  " + finding)
                .collect(Collectors.joining()));
    this.obstacles = List.copyOf(obstacles);
  }

  /** What stands in the way, and how to clear it. */
  public List<Finding> obstacles() {
    return obstacles;
  }
}
