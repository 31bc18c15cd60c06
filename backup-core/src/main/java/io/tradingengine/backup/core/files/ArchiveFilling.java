package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.RestoreTask;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Builds the roots of a capture from its archive, and those of the captures it builds on.
 *
 * @param source the source's name
 * @param task what is restored
 */
record ArchiveFilling(String source, RestoreTask task) implements TreeRestore.Filling {

  @Override
  public long fill(List<Staging> stagings, Ownership ownership)
      throws IOException, InterruptedException {
    List<String> roots = stagings.stream().map(staging -> staging.root().member()).toList();
    try (Members archive = Chain.of(source, task).open(roots);
        Syncer syncer = new Syncer()) {
      Totals totals = new Extraction(archive, stagings, ownership, syncer, task.progress()).run();
      checkTotals(archive, totals, "manifest", task.captured().state()::require);
      syncer.await();
      return totals.bytes();
    }
  }

  /** An archive that was cut between two members is well-formed, but not whole. */
  static void checkTotals(
      Members archive, Totals totals, String who, UnaryOperator<String> expected) {
    Map<String, Long> counts =
        Map.of(
            Archive.FILES, totals.files(),
            Archive.DIRECTORIES, totals.directories(),
            Archive.LINKS, totals.links(),
            Archive.BYTES, totals.bytes());
    counts.forEach(
        (name, count) -> {
          String said = expected.apply(name);
          if (!said.equals(Long.toString(count))) {
            throw archive.refuse("has %d %s, and the %s says %s".formatted(count, name, who, said));
          }
        });
  }
}
