package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Copies, heals and reads objects of one destination, several at the same time. Thread-safe. */
final class ObjectSync {
  private final Target target;
  private final ObjectCopier copier;
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong healed = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  ObjectSync(Target target, ObjectCopier copier) {
    this.target = target;
    this.copier = copier;
  }

  /** What is done with an object. */
  enum Action {
    COPY,
    HEAL
  }

  /** An object and what is done with it. */
  record Work(StoredRef ref, Action action) {}

  private interface Step<T> {
    void take(T each) throws IOException;
  }

  /**
   * Does the work.
   *
   * @return the objects that no destination has whole
   * @throws IOException if this destination fails
   */
  List<ObjectKey> execute(List<Work> work) throws IOException, InterruptedException {
    List<ObjectKey> lost = Collections.synchronizedList(new ArrayList<>());
    inParallel(
        work,
        each -> {
          try {
            execute(each);
          } catch (NotWholeException e) {
            lost.add(each.ref().key());
          }
        });
    return List.copyOf(lost);
  }

  private void execute(Work work) throws IOException {
    if (work.action() == Action.COPY) {
      copier.copy(work.ref());
      copied.incrementAndGet();
    } else {
      copier.heal(work.ref());
      healed.incrementAndGet();
    }
    bytes.addAndGet(work.ref().length());
  }

  /** Puts a small object that it lacks. */
  void put(ObjectKey key, byte[] content) throws IOException {
    target.destination().put(key, Content.of(content));
    copied.incrementAndGet();
    bytes.addAndGet(content.length);
  }

  /** Those of these objects whose bytes are other ones, by reading them where they lie. */
  List<StoredRef> damaged(List<StoredRef> refs) throws IOException, InterruptedException {
    List<StoredRef> damaged = Collections.synchronizedList(new ArrayList<>());
    inParallel(
        refs,
        ref -> {
          if (!copier.holds(ref)) {
            damaged.add(ref);
          }
        });
    return List.copyOf(damaged);
  }

  private <T> void inParallel(List<T> all, Step<T> step) throws IOException, InterruptedException {
    Queue<T> queue = new ConcurrentLinkedQueue<>(all);
    List<SideBySide.Task> tasks = new ArrayList<>();
    for (int i = 1; i <= Math.min(all.size(), target.options().parallel()); i++) {
      tasks.add(new Worker<>(target.name() + "-" + i, queue, step));
    }
    SideBySide.run("backup-replicate", tasks);
  }

  private record Worker<T>(String name, Queue<T> queue, Step<T> step) implements SideBySide.Task {
    @Override
    public void run() throws IOException, InterruptedException {
      for (T each = queue.poll(); each != null; each = queue.poll()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        step.take(each);
      }
    }
  }

  long copied() {
    return copied.get();
  }

  long healed() {
    return healed.get();
  }

  long bytes() {
    return bytes.get();
  }
}
