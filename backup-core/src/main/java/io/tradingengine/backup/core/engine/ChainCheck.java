package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.Proximity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Reads the objects of a chain before a restore of it, since with each link there is more that may
 * be damaged. What stands on its own, and lies far away, is large and is not read twice: damage in
 * it is found while the restore is staged, with nothing in its place touched.
 */
final class ChainCheck {
  /** Each holds an object in memory. */
  private static final int READERS = 2;

  private final OpenBackup backup;

  ChainCheck(OpenBackup backup) {
    this.backup = backup;
  }

  /** What is whole in no destination of a source's chain; nothing for a part without one. */
  List<Finding> damaged(String source) throws IOException, InterruptedException {
    Deque<Volume> volumes = new ConcurrentLinkedDeque<>();
    backup.manifest().source(source).ifPresent(part -> volumes.addAll(volumes(part)));
    Deque<Finding> findings = new ConcurrentLinkedDeque<>();
    List<SideBySide.Task> tasks = new ArrayList<>();
    for (int i = 0; i < READERS && !volumes.isEmpty(); i++) {
      tasks.add(new Reader(backup, volumes, findings));
    }
    SideBySide.run("backup-check", tasks);
    return List.copyOf(findings);
  }

  private List<Volume> volumes(Manifest.CapturedSource part) {
    List<Manifest.CapturedSource> chain = backup.chain(part);
    if (chain.size() == 1) {
      return List.of();
    }
    boolean near = backup.targets().get(0).destination().proximity() == Proximity.HOST;
    return chain.subList(near ? 0 : 1, chain.size()).stream()
        .flatMap(link -> link.artifacts().stream())
        .map(Artifact::volumes)
        .flatMap(List::stream)
        .toList();
  }

  private record Reader(OpenBackup backup, Deque<Volume> volumes, Deque<Finding> findings)
      implements SideBySide.Task {
    @Override
    public String name() {
      return "chain";
    }

    @Override
    public void run() throws IOException {
      for (Volume volume = volumes.poll(); volume != null; volume = volumes.poll()) {
        try {
          backup.check(volume);
        } catch (IOException | BackupException e) {
          RunRegistry.rethrowInterruption(e);
          findings.add(
              Finding.error(
                  volume.key().toString(),
                  "is needed, and whole in no destination: " + Messages.of(e),
                  "restore a backup that does not build on it, or bring this object back from"
                      + " another copy of the repository"));
        }
      }
    }
  }
}
