package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a restore applies to a capture. Immutable.
 *
 * @param goal how far it goes
 * @param timeline PostgreSQL's timeline to follow; empty for the goal's own, or the newest that
 *     descends from the capture's
 * @param afterwards what the restored store does at the goal
 * @param changes what there is to apply
 */
public record Replay(Goal goal, OptionalLong timeline, Afterwards afterwards, Changes changes) {

  /** What a restored store does once it has reached the goal. */
  public enum Afterwards {
    /** It opens for writing. */
    OPEN,
    /** It stays readable only, so that somebody can look, and go further or open it by hand. */
    PAUSE
  }

  public Replay {
    Objects.requireNonNull(goal, "goal");
    Objects.requireNonNull(timeline, "timeline");
    Objects.requireNonNull(afterwards, "afterwards");
    Objects.requireNonNull(changes, "changes");
  }

  /**
   * How a capture gets to a goal.
   *
   * @param pieces the names of the pieces that are applied, in order
   * @param findings what stands in the way (errors: the first gap, and how far it can go), and what
   *     is worth knowing
   */
  public record Route(List<String> pieces, List<Finding> findings) {

    public Route {
      pieces = List.copyOf(pieces);
      findings = List.copyOf(findings);
    }

    /** Whether nothing stands in the way. */
    public boolean open() {
      return findings.stream().noneMatch(each -> each.severity() == Finding.Severity.ERROR);
    }
  }
}
