package io.tradingengine.backup.core.redis;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Redis.Snapshot;
import io.tradingengine.backup.core.redis.RedisState.Method;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.core.redis.rdb.RdbVerdict;
import io.tradingengine.backup.core.redis.wire.RedisAddress;
import io.tradingengine.backup.core.redis.wire.RedisConnector;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.RedisReplyException;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Copies one master, from it or from a replica. A copy that breaks off is given up and begun again
 * under another name, because what has been stored once is never written to again. Used by one
 * thread.
 */
final class NodeCapture {
  /** Refusals that time mends. */
  private static final Set<String> PASSING =
      Set.of("LOADING", "NOMASTERLINK", "MASTERDOWN", "BUSY", "TRYAGAIN", "CLUSTERDOWN");

  /** What a server says that could not fork; it has no code of its own. */
  private static final String NO_FORK = "BGSAVE failed";

  private static final String EXTENSION = "rdb";

  private final RedisSettings settings;
  private final RedisConnector connector;
  private final ArtifactSink out;
  private final Clock clock;

  NodeCapture(RedisSettings settings, RedisConnector connector, ArtifactSink out, Clock clock) {
    this.settings = settings;
    this.connector = connector;
    this.out = out;
    this.clock = clock;
  }

  /**
   * What was copied.
   *
   * @param part what the manifest says of it
   * @param method how
   * @param asOf the moment whose state it is; for a copy key by key, when it ended
   * @param facts what the server said of itself before
   * @param configuration what of its configuration a restore wants to know
   */
  record Taken(
      Part part,
      Method method,
      Instant asOf,
      ServerFacts facts,
      Map<String, String> configuration) {}

  /** Where a copy comes from and goes to. */
  private record Job(Node node, RedisAddress from, String artifact) {}

  /**
   * Copies a node.
   *
   * @param artifact the artifact's name, if the first attempt succeeds
   */
  Taken take(Node node, String artifact) throws IOException, InterruptedException {
    List<RedisAddress> order = node.copyFrom(settings.copyFrom());
    RedisSettings.Retry retry = settings.retry();
    RetryPolicy<Taken> policy =
        RetryPolicy.<Taken>builder()
            .handleIf(NodeCapture::mayPass)
            .withMaxAttempts(retry.attempts())
            .withBackoff(retry.first(), retry.longest())
            .onRetry(event -> report(node, event.getLastException()))
            .build();
    try {
      return Failsafe.with(policy)
          .get(
              context -> {
                int attempt = context.getAttemptCount();
                String name = attempt == 0 ? artifact : "retry" + attempt + "-" + artifact;
                return attemptOrNext(new Job(node, order.get(attempt % order.size()), name));
              });
    } catch (FailsafeException e) {
      throw unwrapped(e);
    }
  }

  private static IOException unwrapped(FailsafeException e) throws InterruptedException {
    Throwable cause = e.getCause();
    if (cause instanceof InterruptedException interruption) {
      Thread.interrupted(); // set again by Failsafe; the exception says it already
      throw interruption;
    }
    if (cause instanceof ArtifactException artifact) {
      if (artifact.failure() instanceof InterruptedIOException && Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException().initCause(artifact.failure());
      }
      return artifact.failure();
    }
    return cause instanceof IOException failure ? failure : new IOException(e);
  }

  private static boolean mayPass(Throwable failure) {
    if (failure instanceof RedisReplyException refusal) {
      return passes(refusal);
    }
    return failure instanceof IOException
        && !(failure instanceof ArtifactException)
        && !Thread.currentThread().isInterrupted();
  }

  private static boolean passes(RedisReplyException refusal) {
    return PASSING.contains(refusal.code()) || refusal.reply().contains(NO_FORK);
  }

  private void report(Node node, Throwable failure) {
    out.report(
        Finding.info(
            settings.name(),
            "the copy of " + node.master() + " was begun again: " + failure.getMessage()));
  }

  /** What a replica refuses, its master may grant, which comes next. */
  private Taken attemptOrNext(Job job) throws IOException, InterruptedException {
    try {
      return attempt(job);
    } catch (RedisReplyException e) {
      throw job.from().equals(job.node().master()) ? e : new IOException(e.getMessage(), e);
    }
  }

  private Taken attempt(Job job) throws IOException, InterruptedException {
    try (RedisLink link = connector.connect(job.from())) {
      ServerFacts facts = ServerFacts.of(link);
      Map<String, String> configuration = ServerConfiguration.forFiles(link);
      Optional<PsyncSnapshot> snapshot = begin(link);
      if (snapshot.isPresent()) {
        return byPsync(job, snapshot.get(), facts, configuration);
      }
    }
    // A server may close the connection on which it has refused something: a fresh one.
    try (RedisLink link = connector.connect(job.from())) {
      ServerFacts facts = ServerFacts.of(link);
      requireCurrent(link, facts);
      return byScan(job, new ScanSnapshot(link, facts), facts, ServerConfiguration.forFiles(link));
    }
  }

  /** PSYNC is refused by a replica without its master; SCAN gives what it had before. */
  private static void requireCurrent(RedisLink link, ServerFacts facts) throws IOException {
    if (facts.isReplica() && !facts.isLinkedToMaster()) {
      throw new IOException(
          "The replica at " + link.address() + " does not follow its master at the moment");
    }
  }

  /** Begins a snapshot by PSYNC; empty if the keys are to be copied one by one. */
  private Optional<PsyncSnapshot> begin(RedisLink link) throws IOException, InterruptedException {
    if (settings.snapshot() == Snapshot.SCAN) {
      return Optional.empty();
    }
    try {
      return Optional.of(PsyncSnapshot.begin(link, clock));
    } catch (RedisReplyException e) {
      if (passes(e) || settings.snapshot() == Snapshot.PSYNC) {
        throw e;
      }
      out.report(
          Finding.warning(
              settings.name(),
              e.getMessage() + ". So the keys were copied one by one: not a point in time",
              "allow PSYNC (docs/redis-and-files.md has the ACL), or set snapshot to 'scan' if"
                  + " that is how it shall be"));
      return Optional.empty();
    }
  }

  private Taken byPsync(
      Job job, PsyncSnapshot snapshot, ServerFacts facts, Map<String, String> configuration)
      throws IOException, InterruptedException {
    RdbVerdict rdb = write(job, snapshot::copyTo);
    if (rdb.checksum() == RdbVerdict.Checksum.UNVERIFIABLE) {
      out.report(
          Finding.info(
              settings.name(),
              job.from() + " writes no checksum into its RDBs (rdbchecksum is no)"));
    }
    Part part =
        new Part(
            job.artifact(),
            job.from().toString(),
            job.node().slotText(),
            Optional.of(snapshot.position()),
            rdb.version().number(),
            facts.keys(),
            facts.expires());
    return new Taken(part, Method.PSYNC, snapshot.asOf(), facts, configuration);
  }

  private Taken byScan(
      Job job, ScanSnapshot snapshot, ServerFacts facts, Map<String, String> configuration)
      throws IOException, InterruptedException {
    ScanSnapshot.Copy copy = write(job, snapshot::copyTo);
    if (!copy.functions()) {
      out.report(
          Finding.warning(
              settings.name(),
              job.from() + " did not give its functions: they are not in this backup",
              "allow FUNCTION DUMP"));
    }
    Part part =
        new Part(
            job.artifact(),
            job.from().toString(),
            job.node().slotText(),
            Optional.empty(),
            copy.version().number(),
            copy.keys(),
            facts.expires());
    return new Taken(part, Method.SCAN, clock.instant(), facts, configuration);
  }

  private interface Writing<T> {
    T to(ArtifactStream stream) throws IOException, InterruptedException;
  }

  private <T> T write(Job job, Writing<T> writing) throws IOException, InterruptedException {
    try (ArtifactStream stream =
        ArtifactException.guarded(() -> out.create(job.artifact(), EXTENSION))) {
      T written = giveUpUnless(stream, writing);
      ArtifactException.guard(stream::finish);
      return written;
    }
  }

  /** What the server failed at may succeed another time: only this artifact is given up. */
  private static <T> T giveUpUnless(ArtifactStream stream, Writing<T> writing)
      throws IOException, InterruptedException {
    try {
      T written = writing.to(stream);
      if (Thread.interrupted()) {
        // What is small may have come without a wait that would have noticed.
        throw new InterruptedException("interrupted while copying");
      }
      return written;
    } catch (ArtifactException e) {
      throw e;
    } catch (IOException e) {
      ArtifactException.guard(stream::abandon);
      throw e;
    }
  }
}
