package io.tradingengine.backup.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One volume that is decoded ahead of its reader: by a pool's thread, or by the reader itself if it
 * comes first. So readers get on even if all the pool's threads are taken. Safe for concurrent use.
 */
final class ReadAhead implements Runnable {
  private enum State {
    WAITING,
    RUNNING,
    DONE,
    DISCARDED
  }

  private final VolumeReader reader;
  private final Reading reading;
  private final int index;
  private State state = State.WAITING;
  private @Nullable ByteBuffer plain;
  private @Nullable Throwable failure;

  ReadAhead(VolumeReader reader, Reading reading, int index) {
    this.reader = reader;
    this.reading = reading;
    this.index = index;
  }

  @Override
  public void run() {
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      state = State.RUNNING;
    }
    ByteBuffer decoded = null;
    Throwable thrown = null;
    try {
      decoded = reader.decode(reading, index);
    } catch (Throwable e) {
      thrown = e;
    }
    end(decoded, thrown);
  }

  private synchronized void end(@Nullable ByteBuffer decoded, @Nullable Throwable thrown) {
    if (state == State.DISCARDED) {
      if (decoded != null) {
        reader.giveBack(decoded);
      }
      return;
    }
    plain = decoded;
    failure = thrown;
    state = State.DONE;
    notifyAll();
  }

  /** The decoded volume, which the caller gives back. */
  ByteBuffer take() throws IOException, InterruptedException {
    run();
    synchronized (this) {
      while (state == State.RUNNING) {
        wait();
      }
      ByteBuffer taken = plain;
      if (taken != null) {
        plain = null;
        state = State.DISCARDED;
        return taken;
      }
      WorkerThreads.rethrow(failure);
      throw new IllegalStateException("volume " + reading.volume(index).key() + " is taken twice");
    }
  }

  /** Says that nobody will take the volume. */
  synchronized void discard() {
    if (plain != null) {
      reader.giveBack(plain);
      plain = null;
    }
    state = State.DISCARDED;
  }
}
