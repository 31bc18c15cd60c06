package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the sources' own checks came to. Errors of an optional source are a warning, unless no
 * source is left: a backup of nothing is none.
 *
 * @param ready those that can be captured, in the order configured
 * @param leftOut the optional ones that cannot
 * @param findings what was found; a backup starts only if none of it is an error
 */
record Preflight(List<Participant> ready, List<LeftOut> leftOut, List<Finding> findings) {

  Preflight {
    ready = List.copyOf(ready);
    leftOut = List.copyOf(leftOut);
    findings = List.copyOf(findings);
  }

  /** Has every source look for what stands in its way. */
  static Preflight of(List<Participant> participants) throws InterruptedException {
    List<Participant> ready = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    List<Finding> asFound = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (Participant participant : participants) {
      List<Finding> found = participant.source().check();
      asFound.addAll(found);
      List<Finding> errors = errors(found);
      if (errors.isEmpty() || participant.need() == Participant.Need.REQUIRED) {
        ready.add(participant);
        findings.addAll(found);
      } else {
        LeftOut without = leftOut(participant, errors);
        leftOut.add(without);
        findings.add(without.warning());
      }
    }
    return new Preflight(ready, leftOut, ready.isEmpty() ? asFound : findings);
  }

  private static LeftOut leftOut(Participant participant, List<Finding> errors) {
    String reason = errors.stream().map(Finding::message).collect(Collectors.joining("; "));
    String hint =
        errors.stream()
            .map(Finding::hint)
            .filter(each -> !each.isEmpty())
            .distinct()
            .collect(Collectors.joining("; "));
    return LeftOut.of(participant, reason, hint);
  }

  private static List<Finding> errors(List<Finding> findings) {
    return findings.stream().filter(each -> each.severity() == Severity.ERROR).toList();
  }

  /** Whether nothing stands in the way of a backup. */
  boolean passed() {
    return errors(findings).isEmpty();
  }
}
