package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.Lease;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The locks that a backup holds in the stores themselves. Used by one thread. */
final class Fences implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(Fences.class);

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
      fences.close();
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

  /** One that cannot be given back goes with its session; the backup stays what it is. */
  @Override
  public void close() {
    while (!held.isEmpty()) {
      try {
        held.pop().close();
      } catch (IOException e) {
        log.warn("A lock in a store could not be given back: {}", Messages.of(e));
      }
    }
  }
}
