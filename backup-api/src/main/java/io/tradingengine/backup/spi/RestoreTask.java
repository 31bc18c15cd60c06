package io.tradingengine.backup.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What a source is asked to restore, and to where. Immutable.
 *
 * @param captured the backup's part of this source
 * @param earlier what it builds on, the one that stands on its own first; empty if it does so
 *     itself
 * @param replay the changes to apply to it; empty for the capture as it is
 * @param into the folder to restore into; empty for where the data came from, where that is known
 * @param relocations other places for what lay outside the folder (tablespaces): old path to new
 * @param force whether what is in the way may be moved aside
 * @param progress told of bytes done since it was last told; safe for concurrent use
 */
public record RestoreTask(
    Captured captured,
    List<Captured> earlier,
    Optional<Replay> replay,
    Optional<Path> into,
    Map<Path, Path> relocations,
    boolean force,
    LongConsumer progress) {

  public RestoreTask {
    earlier = List.copyOf(earlier);
    relocations = Map.copyOf(relocations);
  }

  /** A restore of a capture that stands on its own. */
  public RestoreTask(
      Captured captured,
      Optional<Replay> replay,
      Optional<Path> into,
      Map<Path, Path> relocations,
      boolean force,
      LongConsumer progress) {
    this(captured, List.of(), replay, into, relocations, force, progress);
  }

  /** A restore of a capture that stands on its own, as it is. */
  public RestoreTask(
      Captured captured,
      Optional<Path> into,
      Map<Path, Path> relocations,
      boolean force,
      LongConsumer progress) {
    this(captured, Optional.empty(), into, relocations, force, progress);
  }

  /** The same for the capture as it is. */
  public RestoreTask withoutReplay() {
    return new RestoreTask(captured, earlier, Optional.empty(), into, relocations, force, progress);
  }
}
