package io.tradingengine.backup.core.files;

import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A chain of captures, each of which builds on the one before. */
final class Increments {
  final List<Taken> links = new ArrayList<>();
  private final List<Path> roots;

  Increments(Path... roots) {
    this.roots = List.of(roots);
  }

  FilesSource source(Clock clock) {
    return new FilesSource("config", roots, Excludes.parse(List.of()), clock);
  }

  /** Takes the next link. */
  Taken take() throws Exception {
    return take(Clock.systemUTC());
  }

  Taken take(Clock clock) throws Exception {
    MemoryCapture memory = new MemoryCapture();
    FilesSource source = source(clock);
    Taken taken =
        new Taken(
            memory,
            links.isEmpty()
                ? source.capture(memory)
                : source.captureSince(links.get(links.size() - 1).captured(), memory));
    links.add(taken);
    return taken;
  }

  /** A restore of one of the links. */
  RestoreTask task(int link, Path into) {
    List<Captured> earlier = links.subList(0, link).stream().map(Taken::captured).toList();
    return new RestoreTask(
        links.get(link).captured(),
        earlier,
        Optional.empty(),
        Optional.of(into),
        Map.of(),
        false,
        bytes -> {});
  }
}
