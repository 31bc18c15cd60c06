package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ChangeSink;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps what a sink is told in step with what the last look has found: what is new or different is
 * reported, and what is found no more is taken back. Not safe for concurrent use.
 */
final class Reports {
  private final ChangeSink sink;
  private Map<String, Finding> told = new LinkedHashMap<>();
  private Map<String, Finding> found = new LinkedHashMap<>();

  Reports(ChangeSink sink) {
    this.sink = sink;
  }

  /** Forgets what was found since the last {@link #tell}. */
  void begin() {
    found = new LinkedHashMap<>();
  }

  /** Takes a finding in; the last one about a subject stands. */
  void add(Finding finding) {
    found.put(finding.subject(), finding);
  }

  /** Tells the sink. */
  void tell() {
    found.forEach(
        (subject, finding) -> {
          if (!finding.equals(told.get(subject))) {
            sink.report(finding);
          }
        });
    for (String subject : told.keySet()) {
      if (!found.containsKey(subject)) {
        sink.clear(subject);
      }
    }
    told = found;
    begin();
  }
}
