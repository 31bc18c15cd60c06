package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The state that an application holds in memory, handed over by callbacks. It is streamed: it may
 * be larger than the heap. Immutable; each method returns new settings.
 *
 * <pre>{@code
 * State.named("positions").capture(out -> positions.writeTo(out)).restore(in -> positions.readFrom(in))
 * }</pre>
 *
 * <p>A backup needs {@link #capture}. A restore calls {@link #restore}, or without it, and wherever
 * a folder to restore into is given, writes the state to a file.
 */
public final class State implements SourceSpec {

  /** Writes an application's state. */
  @FunctionalInterface
  public interface Capture {
    /**
     * Writes the state as it is now. Called once in each backup, on a thread of the backup, and
     * while changes are archived every {@code state-every} and at each mark, on one of archiving's:
     * both may happen at the same time, and it must not wait for the thread that asked. The same
     * state is best written as the same bytes: then it is stored once. Writing blocks while
     * compression, encryption or the destination are busy, so take a snapshot first, and write it
     * without holding locks that the application's work needs.
     *
     * @param out where to; ends when this returns, and may be closed before; a later write fails
     * @throws IOException if the state cannot be written; fails the backup, with its message
     * @throws InterruptedException if the thread was interrupted, as the backup was cancelled
     */
    void write(OutputStream out) throws IOException, InterruptedException;
  }

  /** Takes an application's state in. */
  @FunctionalInterface
  public interface Restore {
    /**
     * Takes the state in. Called once in each restore, on its thread, after every byte was verified
     * and after all other sources are in their places. It cannot be taken back.
     *
     * @param in the bytes that were captured, and no more; ends when this returns
     * @throws IOException if the state cannot be taken in; fails the restore, with its message
     * @throws InterruptedException if the thread was interrupted, as the restore was cancelled
     */
    void read(InputStream in) throws IOException, InterruptedException;
  }

  private final Settings settings;

  private State(Settings settings) {
    this.settings = settings;
  }

  /** State of that name, such as {@code positions}, under which it stands in backups. */
  public static State named(String name) {
    return new State(Settings.of("state").with("name", name));
  }

  /** What writes it. */
  public State capture(Capture callback) {
    return new State(settings.with("capture", Objects.requireNonNull(callback)));
  }

  /** What takes it in again. */
  public State restore(Restore callback) {
    return new State(settings.with("restore", Objects.requireNonNull(callback)));
  }

  /** Lets a backup that cannot have this state go on without it, degraded. */
  public State optional() {
    return new State(settings.with("optional", true));
  }

  @Override
  public Settings settings() {
    return settings;
  }
}
