package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import java.nio.file.Path;
import java.util.List;

/**
 * What a restore of one source has done.
 *
 * @param targets the folders and files that were written
 * @param bytes how much was written
 * @param findings what was seen, and where older data was moved to
 * @param nextSteps commands that the operator runs next, in order; empty if there is nothing to do
 */
public record Restored(
    List<Path> targets, long bytes, List<Finding> findings, List<String> nextSteps) {

  public Restored {
    targets = List.copyOf(targets);
    findings = List.copyOf(findings);
    nextSteps = List.copyOf(nextSteps);
  }
}
