package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.PartReader.Contents;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.core.redis.rdb.RdbSummary;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Restores into a running server by playing its master. Staging makes the server a replica, sends
 * it the RDB but for its tail and verifies all of it; the server keeps its own data meanwhile.
 * Publishing sends the tail, waits until the server has loaded everything, and makes it a master
 * again. Used once, by one thread.
 */
final class OnlineRestore implements StagedRestore {
  private static final Duration LONGEST_WAY = Duration.ofSeconds(20);
  private static final int ID_BYTES = 20;
  private static final int PIECE = 1 << 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final RestoreJob job;
  private final RestoreTarget target;
  private final Connections connections;
  private final TargetControl control;
  private final Part part;
  private final Duration patience;
  private final List<Finding> findings = new ArrayList<>();
  private Phase phase = Phase.PREPARING;
  private boolean toDisk;
  private boolean sentEarly;
  private @Nullable ReplicaFeed feed;
  private @Nullable Contents contents;

  private enum Phase {
    /** The target has what it had. */
    PREPARING,
    /** The target has the RDB, or most of it, and gives up what it had. */
    REPLACING,
    /** The target has what the backup has. */
    REPLACED,
    /** There is nothing more to do. */
    OVER
  }

  private OnlineRestore(RestoreJob job, RestoreTarget target, Connections connections) {
    this.job = job;
    this.target = target;
    this.connections = connections;
    this.control = new TargetControl(connections.servers(), target.address());
    this.part = job.state().parts().get(0);
    this.patience = job.settings().redis().access().timeout();
    findings.addAll(job.scheme().remarks());
  }

  /**
   * Makes the target a replica that waits for the last bytes of the backup.
   *
   * @param connections closed with the restore
   * @throws IOException if it could not be; the target has what it had
   */
  static OnlineRestore stage(RestoreJob job, RestoreTarget target, Connections connections)
      throws IOException, InterruptedException {
    OnlineRestore restore = new OnlineRestore(job, target, connections);
    try {
      restore.prepare();
      return restore;
    } catch (IOException e) {
      IOException failure = restore.failed(e);
      throw RestoreJob.orInterruption(failure);
    } catch (InterruptedException | RuntimeException | Error e) {
      restore.takeBack(e);
      throw e;
    }
  }

  private void prepare() throws IOException, InterruptedException {
    toDisk = control.borrow(RestoreTarget.DISKLESS_LOAD, "disabled");
    ReplicaFeed replica = new ReplicaFeed(connect(arrangeAdmission()), patience, pulse());
    feed = replica;
    // An id of its own: what follows is no history of the server that was backed up.
    replica.acceptFullSync(random(), part.position().map(Position::offset).orElse(0L));
    sentEarly = toDisk && size() > ReplicaFeed.TAIL;
    PartReader reader = new PartReader(job, part);
    if (sentEarly) {
      replica.begin(size());
    }
    Contents read =
        reader.read(Instant.now(), sentEarly ? replica::accept : (bytes, offset, length) -> {});
    contents = read;
    if (read.verdict().length() != size()) {
      throw job.damaged(part, "it has " + read.verdict().length() + " bytes", null);
    }
    if (job.scheme().replayed().isPresent()) {
      job.scheme().replayed().get().verify();
    }
    findings.addAll(read.remarks(job));
    read.summary().ifPresent(summary -> TargetFit.require(job, summary, target));
  }

  private Admission arrangeAdmission() throws IOException, InterruptedException {
    String password = random();
    if (control.borrow(RestoreTarget.MASTER_USER, "")
        && control.borrow(RestoreTarget.MASTER_PASSWORD, password)) {
      return new Admission.Password(password);
    }
    String id =
        control
            .facts()
            .field("master_replid")
            .orElseThrow(() -> new IOException(target.address() + " has no replication id"));
    return new Admission.Identity(control.serverAddress(), id);
  }

  private SocketChannel connect(Admission admission) throws IOException, InterruptedException {
    RestoreSettings.ReachedAt at = job.settings().reachedAt();
    InetSocketAddress bind =
        at.host().isPresent()
            ? new InetSocketAddress(at.port())
            : new InetSocketAddress(control.localAddress(), at.port());
    String host = at.host().orElseGet(() -> bind.getAddress().getHostAddress());
    Duration wait = patience.compareTo(LONGEST_WAY) < 0 ? patience : LONGEST_WAY;
    try (ReplicaDoor door = ReplicaDoor.open(bind)) {
      int port = door.port();
      control.follow(host, port);
      SocketChannel channel = door.admit(admission, wait);
      if (channel != null) {
        return channel;
      }
      String refusal = door.refusal();
      throw new IOException(
          "it did not reach this process at "
              + host
              + ":"
              + port
              + " within "
              + wait.toMillis() / 1000.0
              + " s"
              + (refusal == null ? "" : " (somebody else was refused: " + refusal + ")")
              + "; let it through, or say with restore-host and restore-port where it can reach this"
              + " process, or set restore to commands");
    }
  }

  /** Well within the time after which a replica gives up. */
  private Duration pulse() {
    long seconds = target.replicationTimeout() / 4;
    return Duration.ofSeconds(Math.max(1, Math.min(10, seconds)));
  }

  private static String random() {
    byte[] bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private long size() {
    return job.task().captured().artifacts().stream()
        .filter(artifact -> artifact.name().equals(part.artifact()))
        .mapToLong(Captured.ArtifactInfo::size)
        .sum();
  }

  @Override
  public boolean reversible() {
    return false;
  }

  @Override
  public void publish() throws IOException, InterruptedException {
    try {
      replace();
    } catch (IOException e) {
      IOException failure = failed(e);
      throw RestoreJob.orInterruption(failure);
    } catch (InterruptedException e) {
      InterruptedException interruption = new InterruptedException(interrupted());
      interruption.initCause(e);
      throw interruption;
    } catch (RuntimeException | Error e) {
      takeBack(e);
      throw e;
    }
  }

  private ReplicaFeed feed() {
    return Objects.requireNonNull(feed, "staged");
  }

  private void replace() throws IOException, InterruptedException {
    ReplicaFeed replica = feed();
    ServerFacts waiting = control.facts();
    if (!control.follows(waiting) || !replica.isOpen()) {
      throw new IOException("it no longer waits for the restore: its log says why");
    }
    if (!sentEarly) {
      // A replica that does not write to disk first may begin to replace its data at once.
      phase = toDisk ? phase : Phase.REPLACING;
      sendAll(replica);
    }
    phase = Phase.REPLACING;
    replica.complete();
    TargetWait wait = new TargetWait(control, replica, patience);
    ServerFacts loaded = wait.untilLoaded();
    if (job.scheme().replayed().isPresent()) {
      apply(job.scheme().replayed().get(), replica, wait);
    }
    control.promote();
    phase = Phase.REPLACED;
    report(loaded);
    tidyUp(replica);
  }

  /**
   * A replica lets no key expire by itself, and counts the bytes that it has applied: this is
   * exact, and it is known when it is through.
   */
  private void apply(Replayed replayed, ReplicaFeed replica, TargetWait wait)
      throws IOException, InterruptedException {
    replayed.read(replica::send);
    wait.untilApplied(replayed.way().end().offset());
    findings.add(
        job.info(
            "with all commands up to offset "
                + replayed.way().end().offset()
                + " of "
                + replayed.way().end().replicationId()));
  }

  /** What fails here does not make the target lose what it has: the restore has not failed. */
  private void tidyUp(ReplicaFeed replica) throws InterruptedException {
    try {
      control.release();
      replica.close();
    } catch (IOException e) {
      findings.add(job.warning(String.valueOf(e.getMessage()), "do so by hand"));
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      new TargetWait(control, replica, patience).untilLogged().ifPresent(this::reportLog);
    } catch (IOException e) {
      reportLog("as far as it could be asked: " + e.getMessage());
    }
  }

  private void sendAll(ReplicaFeed replica) throws IOException {
    replica.begin(size());
    byte[] piece = new byte[PIECE];
    try (InputStream in = job.task().captured().open(part.artifact(), 0)) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        replica.accept(piece, 0, count);
      }
    }
  }

  /** As a replica, the target counts keys that have expired, too. */
  private void report(ServerFacts loaded) {
    Optional<RdbSummary> summary = contents == null ? Optional.empty() : contents.summary();
    if (summary.isEmpty()) {
      return;
    }
    RdbSummary.Database total = summary.get().total();
    if (loaded.keys() != total.keys()) {
      findings.add(
          job.warning(
              target.address()
                  + " has loaded "
                  + loaded.keys()
                  + " keys, and the backup has "
                  + total.keys(),
              "see whether somebody wrote to it meanwhile (replica-read-only no)"));
    } else {
      findings.add(
          job.info(
              target.address()
                  + " has loaded all "
                  + total.keys()
                  + " keys"
                  + (total.expired() == 0
                      ? ""
                      : ", " + total.expired() + " of which have expired since the backup")));
    }
  }

  private void reportLog(String failure) {
    findings.add(
        job.warning(
            target.address()
                + " has not rewritten its append-only file: "
                + failure
                + ". A restart would bring back what it held before",
            "see its log, and tell it BGREWRITEAOF"));
  }

  @Override
  public Restored finish() throws IOException {
    phase = Phase.OVER;
    connections.close();
    return new Restored(List.of(), job.scheme().bytes(), findings, List.of());
  }

  @Override
  public void close() throws IOException {
    if (phase == Phase.REPLACED) {
      phase = Phase.OVER;
      connections.close();
      throw new IOException(
          "what was restored into " + target.address() + " cannot be taken back: it stays there");
    }
    IOException failure = new IOException("the restore into " + target.address());
    takeBack(failure);
    if (failure.getSuppressed().length > 0) {
      throw new IOException(failure.getSuppressed()[0].getMessage(), failure.getSuppressed()[0]);
    }
  }

  /** Lets the target be as it was, once; adds to {@code cause} what could not be done. */
  private void takeBack(Throwable cause) {
    if (phase == Phase.OVER) {
      return;
    }
    phase = Phase.OVER;
    try {
      control.release();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    try {
      if (feed != null) {
        feed.close();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    connections.close();
  }

  /** What to throw, after everything was taken back that can be. */
  private IOException failed(IOException cause) {
    IOException detail = new IOException(cause.getMessage(), cause);
    String state = settled(detail);
    return new IOException(
        "Restoring "
            + job.settings().name()
            + " online into "
            + target.address()
            + " failed: "
            + cause.getMessage()
            + "; "
            + state,
        cause);
  }

  private String interrupted() {
    IOException detail = new IOException("interrupted");
    return "interrupted while restoring into " + target.address() + "; " + settled(detail);
  }

  /** Leaves the target in a state that can be told, and tells it and what is to be done. */
  private String settled(Throwable cause) {
    StringBuilder state = new StringBuilder(settle(cause));
    for (Throwable each : cause.getSuppressed()) {
      state.append("; ").append(each.getMessage());
    }
    return state.toString();
  }

  private String settle(Throwable cause) {
    Phase reached = phase;
    if (reached == Phase.PREPARING) {
      takeBack(cause);
      return cause.getSuppressed().length == 0
          ? "it has what it had before"
          : "its data were not touched";
    }
    if (reached == Phase.REPLACED) {
      takeBack(cause);
      return "it has all of the backup, and is a master";
    }
    Optional<ServerFacts> left = new TargetWait(control, feed(), patience).whileLoading();
    takeBack(cause);
    if (left.isEmpty()) {
      return "it does not answer. What it held before may be gone from its memory; when it is started"
          + " again, it loads the backup, or what it last saved itself: look, and restore again";
    }
    return "it holds "
        + left.get().keys()
        + " keys now, and what it held before may be gone: restore again";
  }
}
