package io.tradingengine.backup.core.files;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.files.RootTarget.Occupant;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Carries out a plan: has every root built whole and durable in its staging folder, and only then
 * lets them take their places, each by renaming. If anything fails, all is as it was before. Used
 * once.
 *
 * <p>Killed between the two renames of a root, it leaves the older data beside the target under its
 * other name. A mount point cannot be renamed; its content is exchanged name by name.
 */
final class TreeRestore implements StagedRestore {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String source;
  private final RestorePlan plan;
  private final RestoreTask task;
  private final String time;
  private final List<Staging> stagings = new ArrayList<>();
  private final List<ContentSwap> swaps = new ArrayList<>();
  private final Moves moves = new Moves();
  private final Ownership ownership = new Ownership();
  private final List<Finding> findings = new ArrayList<>();
  private long bytes;
  private boolean over;

  /** Builds what a restore puts in place. */
  interface Filling {
    /**
     * Builds every root in its staging folder, verified and durable.
     *
     * @return the bytes written
     */
    long fill(List<Staging> stagings, Ownership ownership) throws IOException, InterruptedException;
  }

  TreeRestore(String source, RestorePlan plan, RestoreTask task, Clock clock) {
    this.source = source;
    this.plan = plan;
    this.task = task;
    this.time = TIME.format(clock.instant());
  }

  /** Has every root built in its staging folder, whole and durable. */
  void stage(Filling filling) throws IOException, InterruptedException {
    if (!plan.obstacles().isEmpty()) {
      throw new RestoreRefusedException(plan.obstacles());
    }
    guarded(() -> bytes = build(filling));
  }

  @Override
  public void publish() throws IOException, InterruptedException {
    guarded(
        () -> {
          for (Staging staging : stagings) {
            place(staging);
          }
          moves.sync();
        });
  }

  @Override
  public Restored finish() {
    over = true;
    closeStagings();
    finishMountPoints();
    ownership.finding(source).ifPresent(findings::add);
    return new Restored(
        stagings.stream().map(staging -> staging.root().target()).toList(),
        bytes,
        findings,
        List.of());
  }

  @Override
  public void close() throws IOException {
    IOException failure = new IOException("the restore of " + source + " could not be taken back");
    takeBack(failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  /** A step of a restore, which takes everything back when it fails. */
  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private void guarded(Step step) throws IOException, InterruptedException {
    try {
      step.run();
    } catch (ClosedByInterruptException e) {
      // The exception stands for the interruption from here on; clearing up must not meet it.
      Thread.interrupted();
      InterruptedException interrupted =
          new InterruptedException("interrupted while restoring " + source);
      interrupted.initCause(e);
      takeBack(interrupted);
      throw interrupted;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      takeBack(e);
      throw e;
    }
  }

  private long build(Filling filling) throws IOException, InterruptedException {
    String parentMode = task.into().isPresent() ? "rwx------" : "rwxr-xr-x";
    for (RootTarget root : plan.roots()) {
      Staging staging = Staging.open(source, root, parentMode);
      stagings.add(staging);
      staging.leftOver().ifPresent(findings::add);
    }
    return filling.fill(List.copyOf(stagings), ownership);
  }

  private void place(Staging staging) throws IOException {
    RootTarget root = staging.root();
    Occupant occupant = Occupant.of(root.target());
    if (occupant == Occupant.CONTENT && !task.force()) {
      throw new IOException(
          root.target() + " came into being during the restore, and was left as it is");
    }
    Optional<Path> aside =
        root.mountPoint() ? swapContent(staging) : rename(staging, root.target(), occupant);
    aside.ifPresent(
        path ->
            findings.add(
                Finding.info(
                    source, "what was at " + root.target() + " before is now at " + path)));
  }

  private Optional<Path> swapContent(Staging staging) throws IOException {
    ContentSwap swap = new ContentSwap(staging);
    swaps.add(swap);
    return swap.place(time, moves);
  }

  private Optional<Path> rename(Staging staging, Path target, Occupant occupant)
      throws IOException {
    Optional<Path> aside = Optional.empty();
    switch (occupant) {
      case NOTHING -> {}
      case EMPTY_FOLDER -> moves.move(target, staging.replaced());
      case CONTENT -> {
        String suffix = ContentSwap.ASIDE + time;
        Path other = Places.firstFree(number -> RawNames.beside(target, "", suffix + number));
        moves.move(target, other);
        aside = Optional.of(other);
      }
    }
    moves.move(staging.tree(), target);
    return aside;
  }

  /** Last, because removing a staging folder changes the time of the mount point around it. */
  private void finishMountPoints() {
    for (ContentSwap swap : swaps) {
      try {
        swap.finish(ownership);
      } catch (IOException e) {
        findings.add(
            Finding.warning(
                source,
                "could not set owner, time and mode of a mount point: " + e.getMessage(),
                "set them by hand"));
      }
    }
  }

  /** Takes everything back, once; adds to {@code cause} what could not be. */
  private void takeBack(Throwable cause) {
    if (over) {
      return;
    }
    over = true;
    try {
      moves.undo();
    } catch (IOException e) {
      // What could not be moved back may be in a staging folder: they stay.
      cause.addSuppressed(e);
      stagings.forEach(Staging::abandon);
      return;
    }
    try {
      for (Staging staging : stagings) {
        staging.close();
      }
      // Only now, and the last first: a root may stand in a parent made for one before it.
      for (int i = stagings.size() - 1; i >= 0; i--) {
        stagings.get(i).removeParents();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** All is in place; a staging folder that cannot be removed is worth a word, not a failure. */
  private void closeStagings() {
    for (Staging staging : stagings) {
      try {
        staging.close();
      } catch (IOException e) {
        findings.add(
            new Finding(
                Severity.WARNING,
                source,
                "could not remove " + staging.root().stagingFolder() + ": " + e.getMessage(),
                "remove it"));
      }
    }
  }
}
