package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Waits for what a server does by itself. Used by one thread. */
final class TargetWait {
  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 50;

  private final TargetControl control;
  private final ReplicaFeed feed;
  private final Duration patience;

  TargetWait(TargetControl control, ReplicaFeed feed, Duration patience) {
    this.control = control;
    this.feed = feed;
    this.patience = patience;
  }

  /**
   * Waits until it has loaded what it was sent.
   *
   * @return what it says then, still a replica
   * @throws IOException if it has not, or has gone away
   */
  ServerFacts untilLoaded() throws IOException, InterruptedException {
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      Optional<ServerFacts> facts = askPatiently();
      if (facts.isPresent()) {
        if (!control.follows(facts.get())) {
          throw new IOException(
              "somebody has told it to follow another master, or it was restarted");
        }
        if (facts.get().isLinkedToMaster() && !facts.get().isLoading()) {
          return facts.get();
        }
        if (!facts.get().isLoading() && !feed.isOpen()) {
          throw new IOException("it did not load what it was sent: its log says why");
        }
      }
      Thread.sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  /**
   * Waits until it has applied the commands up to an offset.
   *
   * @throws IOException if it does not get on, or has gone away
   */
  void untilApplied(long offset) throws IOException, InterruptedException {
    long applied = -1;
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<ServerFacts> facts = askPatiently();
      long now =
          facts.flatMap(each -> each.field("slave_repl_offset")).map(Long::parseLong).orElse(-1L);
      if (now == offset) {
        return;
      }
      if (now > offset || (facts.isPresent() && !control.follows(facts.get()))) {
        throw new IOException("it was sent commands by somebody else, too: it is at offset " + now);
      }
      if (now > applied) {
        applied = now;
        deadline = System.nanoTime() + patience.toNanos();
      }
      if (!feed.isOpen() || System.nanoTime() > deadline) {
        throw new IOException(
            "it does not get beyond offset " + applied + " of " + offset + ": its log says why");
      }
      Thread.sleep(FIRST_PAUSE_MILLIS);
    }
  }

  /** Asks; a server that throws away what it held may be too busy to answer. */
  private Optional<ServerFacts> askPatiently() throws IOException, InterruptedException {
    try {
      return Optional.of(control.facts());
    } catch (RedisReplyException e) {
      throw e;
    } catch (IOException e) {
      if (!feed.isOpen()) {
        throw new IOException("it went away while it loaded: " + e.getMessage(), e);
      }
      return Optional.empty();
    }
  }

  /**
   * Waits until an append-only file, if there is one, has what was loaded.
   *
   * @return why it has not; empty if it has
   */
  Optional<String> untilLogged() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (true) {
      ServerFacts facts = control.facts();
      if (!is(facts, "aof_enabled", "1")) {
        return Optional.empty();
      }
      boolean failed = !is(facts, "aof_last_bgrewrite_status", "ok");
      boolean writing = is(facts, "aof_rewrite_in_progress", "1");
      boolean toWrite = is(facts, "aof_rewrite_scheduled", "1");
      // One that has failed is scheduled again, for ever; the failure may be an older one, too.
      boolean waits = toWrite && (!failed || System.nanoTime() - deadline < 0);
      if (!writing && !waits) {
        return failed ? Optional.of("the last attempt failed") : Optional.empty();
      }
      Thread.sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private static boolean is(ServerFacts facts, String name, String value) {
    return facts.field(name).equals(Optional.of(value));
  }

  /** Waits as long as it loads, but not for ever; empty if it does not answer. */
  Optional<ServerFacts> whileLoading() {
    boolean interrupted = Thread.interrupted();
    try {
      control.close();
      long deadline = System.nanoTime() + patience.toNanos();
      ServerFacts facts = control.facts();
      while (facts.isLoading() && System.nanoTime() - deadline < 0) {
        Thread.sleep(LONGEST_PAUSE_MILLIS);
        facts = control.facts();
      }
      return Optional.of(facts);
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      interrupted = true;
      return Optional.empty();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
