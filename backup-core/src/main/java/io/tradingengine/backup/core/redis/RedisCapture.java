package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.NodeCapture.Taken;
import io.tradingengine.backup.core.redis.RedisState.Method;
import io.tradingengine.backup.core.redis.RedisState.Topology;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One capture: every master once, those of a cluster side by side. */
final class RedisCapture {
  /** Masters copied at a time: each holds a volume in memory, and a fork on its own host. */
  private static final int AT_A_TIME = 4;

  private final RedisSettings settings;
  private final Connections connections;
  private final ArtifactSink out;
  private final Clock clock;

  RedisCapture(RedisSettings settings, Connections connections, ArtifactSink out, Clock clock) {
    this.settings = settings;
    this.connections = connections;
    this.out = out;
    this.clock = clock;
  }

  SourceState run() throws IOException, InterruptedException {
    List<Node> nodes = connections.nodes().find();
    List<Taken> taken =
        settings.topology().kind() == Topology.CLUSTER ? takeAll(nodes) : one(nodes);
    Instant asOf = taken.stream().map(Taken::asOf).min(Comparator.naturalOrder()).orElseThrow();
    boolean allByPsync = taken.stream().allMatch(each -> each.method() == Method.PSYNC);
    RedisState state =
        new RedisState(
            taken.get(0).facts().version(),
            allByPsync ? Method.PSYNC : Method.SCAN,
            settings.topology().kind(),
            taken.stream().map(Taken::part).toList(),
            taken.get(0).configuration());
    return new SourceState(asOf, state.attributes());
  }

  private List<Taken> one(List<Node> nodes) throws IOException, InterruptedException {
    return List.of(capture().take(nodes.get(0), "dump"));
  }

  private NodeCapture capture() {
    return new NodeCapture(settings, connections.servers(), out, clock);
  }

  /** Copies a cluster, and makes sure that no slot has moved meanwhile. */
  private List<Taken> takeAll(List<Node> nodes) throws IOException, InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(AT_A_TIME, nodes.size()),
            work -> {
              Thread thread = new Thread(work, "backup-" + settings.name());
              thread.setDaemon(true);
              return thread;
            });
    List<Taken> taken;
    try {
      taken = takeAll(nodes, threads);
    } finally {
      stop(threads);
    }
    if (!slots(connections.nodes().find()).equals(slots(nodes))) {
      throw new IOException(
          "Slots of the cluster moved while it was copied, so keys may be in it twice or not at"
              + " all: take the backup again when the resharding is through");
    }
    return taken;
  }

  /** Interrupts what still runs and waits until it has let go of the artifacts. */
  private static void stop(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> slots(List<Node> nodes) {
    return nodes.stream().map(node -> node.master() + " " + node.slotText()).toList();
  }

  private List<Taken> takeAll(List<Node> nodes, ExecutorService threads)
      throws IOException, InterruptedException {
    ExecutorCompletionService<Taken> ended = new ExecutorCompletionService<>(threads);
    List<Future<Taken>> futures = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      String artifact = String.format(Locale.ROOT, "shard-%04d", i + 1);
      Callable<Taken> copy = () -> capture().take(node, artifact);
      futures.add(ended.submit(copy));
    }
    for (int i = 0; i < futures.size(); i++) {
      result(ended.take()); // the first failure ends it, whichever node's it is
    }
    List<Taken> taken = new ArrayList<>();
    for (Future<Taken> future : futures) {
      taken.add(result(future));
    }
    return taken;
  }

  private static Taken result(Future<Taken> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IOException(e.getCause());
    }
  }
}
