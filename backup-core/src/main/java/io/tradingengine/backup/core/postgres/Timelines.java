package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way to a timeline: its ancestors, oldest first, each up to where the next one left it, and
 * the timeline itself. Immutable.
 *
 * @param steps in order; the last has no end
 */
record Timelines(List<Step> steps) {
  /**
   * A timeline on the way.
   *
   * @param timeline its number
   * @param end the first position that is not on the way any more; empty for the last
   */
  record Step(long timeline, Optional<Lsn> end) {}

  Timelines {
    steps = List.copyOf(steps);
  }

  /** The way to a timeline without ancestors. */
  static Timelines first(long timeline) {
    return new Timelines(List.of(new Step(timeline, Optional.empty())));
  }

  /**
   * The way that a history file tells: a line for each ancestor, with its number, the position at
   * which it was left, and a reason (PostgreSQL's {@code timeline.c}).
   *
   * @throws IllegalArgumentException if it is no history
   */
  static Timelines parse(long timeline, byte[] history) {
    List<Step> steps = new ArrayList<>();
    for (String line : new String(history, StandardCharsets.UTF_8).lines().toList()) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      String[] fields = text.split("\\s+", 3);
      if (fields.length < 2 || !fields[0].matches("[0-9]{1,10}")) {
        throw new IllegalArgumentException("not a line of a timeline's history: '" + text + "'");
      }
      steps.add(new Step(Long.parseLong(fields[0]), Optional.of(Lsn.parse(fields[1]))));
    }
    steps.add(new Step(timeline, Optional.empty()));
    return new Timelines(steps);
  }

  /** The timeline that it leads to. */
  long target() {
    return steps.get(steps.size() - 1).timeline();
  }

  /** The step on a timeline; empty if it is not on the way. */
  Optional<Step> on(long timeline) {
    return steps.stream().filter(step -> step.timeline() == timeline).findFirst();
  }

  /** The timeline after one; empty for the last. */
  Optional<Long> after(long timeline) {
    for (int i = 0; i + 1 < steps.size(); i++) {
      if (steps.get(i).timeline() == timeline) {
        return Optional.of(steps.get(i + 1).timeline());
      }
    }
    return Optional.empty();
  }

  /** Where a timeline begins on the way; the log's beginning for the first. */
  Lsn begin(long timeline) {
    Lsn begin = new Lsn(0);
    for (Step step : steps) {
      if (step.timeline() == timeline) {
        return begin;
      }
      begin = step.end().orElse(begin);
    }
    throw new IllegalArgumentException("timeline " + timeline + " is not on the way");
  }

  /**
   * Whether a state on a timeline lies on the way.
   *
   * @param at what of that timeline it holds
   */
  boolean passes(long timeline, Lsn at) {
    return on(timeline)
        .filter(step -> step.end().map(end -> at.compareTo(end) <= 0).orElse(true))
        .isPresent();
  }

  /**
   * The timeline whose file a recovery reads for a segment: the last that had begun in it, as its
   * file begins with a copy of what came before.
   */
  long forSegment(long number, long segmentSize) {
    long found = steps.get(0).timeline();
    for (Step step : steps) {
      if (WalSegments.number(begin(step.timeline()), segmentSize) <= number) {
        found = step.timeline();
      }
    }
    return found;
  }
}
