package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import java.nio.file.Path;
import java.util.List;

/**
 * What a restore of one source would do.
 *
 * @param targets the folders and files that it would write to
 * @param bytes how much it would write
 * @param findings what is in the way (errors) and what is worth knowing
 */
public record RestorePreview(List<Path> targets, long bytes, List<Finding> findings) {

  public RestorePreview {
    targets = List.copyOf(targets);
    findings = List.copyOf(findings);
  }
}
