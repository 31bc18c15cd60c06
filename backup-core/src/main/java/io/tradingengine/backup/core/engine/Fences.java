package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.Lease;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The locks that a backup holds in the stores themselves. Used by one thread. */
final class Fences implements Closeable {
  private final Deque<Lease> held = new ArrayDeque<>();

  private Fences() {}

  /**
   * Takes them.
   *
   * @throws io.tradingengine.backup.RepositoryLockedException if another run holds one
   * @throws IOException if a store that the backup needs cannot be reached
   */
  static Fences take(List<Participant> participants, String system, String owner)
      throws IOException, InterruptedException {
    Fences fences = new Fences();
    try {
      for (Participant participant : participants) {
        fences.take(participant, system, owner);
      }
      return fences;
    } catch (IOException | InterruptedException | RuntimeException e) {
      try {
        fences.close();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private void take(Participant participant, String system, String owner)
      throws IOException, InterruptedException {
    try {
      participant.source().fence(system, owner).ifPresent(held::push);
    } catch (IOException e) {
      RunRegistry.rethrowInterruption(e);
      if (participant.need() == Participant.Need.REQUIRED) {
        throw new IOException("source '" + participant.name() + "': " + Messages.of(e), e);
      }
      // An optional source that cannot be reached fails its capture as well, which is told then.
    }
  }

  /** Makes sure that they are still held. */
  void confirm() throws IOException {
    for (Lease lease : held) {
      lease.confirm();
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!held.isEmpty()) {
      try {
        held.pop().close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
