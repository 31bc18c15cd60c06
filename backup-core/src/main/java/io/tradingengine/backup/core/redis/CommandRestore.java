package io.tradingengine.backup.core.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.PartReader.Contents;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.core.redis.rdb.DumpPayload;
import io.tradingengine.backup.core.redis.rdb.RdbKey;
import io.tradingengine.backup.core.redis.rdb.RdbReader;
import io.tradingengine.backup.core.redis.rdb.RdbSummary;
import io.tradingengine.backup.core.redis.rdb.RdbValue;
import io.tradingengine.backup.core.redis.rdb.RdbVisitor;
import io.tradingengine.backup.core.redis.wire.RedisLink;
import io.tradingengine.backup.core.redis.wire.Reply;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Restores key by key, into one server or the masters of a cluster. Staging verifies the whole
 * backup; publishing sends the keys, which cannot be taken back. Used once, by one thread.
 */
final class CommandRestore implements StagedRestore {
  private final RestoreJob job;
  private final List<RestoreTarget> targets;
  private final Connections connections;
  private final List<Finding> findings = new ArrayList<>();
  private long keys;
  private boolean published;

  private CommandRestore(RestoreJob job, List<RestoreTarget> targets, Connections connections) {
    this.job = job;
    this.targets = List.copyOf(targets);
    this.connections = connections;
    findings.addAll(job.scheme().remarks());
  }

  /**
   * Verifies the backup, and that the targets can take it.
   *
   * @param connections closed with the restore
   */
  static CommandRestore stage(RestoreJob job, List<RestoreTarget> targets, Connections connections)
      throws IOException, InterruptedException {
    CommandRestore restore = new CommandRestore(job, targets, connections);
    try {
      for (Part part : job.state().parts()) {
        restore.verify(part);
      }
      return restore;
    } catch (IOException e) {
      connections.close();
      throw RestoreJob.orInterruption(e);
    } catch (InterruptedException | RuntimeException | Error e) {
      connections.close();
      throw e;
    }
  }

  private void verify(Part part) throws IOException, InterruptedException {
    Contents contents =
        new PartReader(job, part).read(Instant.now(), (bytes, offset, length) -> {});
    findings.addAll(contents.remarks(job));
    RdbSummary summary =
        contents
            .summary()
            .orElseThrow(
                () ->
                    job.unfit(
                        "holds what this library does not know: its keys cannot be told apart",
                        "update the library, or restore online or into a folder"));
    for (RestoreTarget target : targets) {
      TargetFit.require(job, summary, target);
      if (summary.largestValue() > target.longestBulk()) {
        throw job.unfit(
            "has a value of "
                + summary.largestValue()
                + " bytes, and "
                + target.address()
                + " takes none beyond "
                + target.longestBulk(),
            "CONFIG SET proto-max-bulk-len for the restore, or restore online or into a folder");
      }
      if (summary.functionLibraries() > 0) {
        requireFunctions(target);
      }
    }
    keys += summary.total().keys();
  }

  /** Asks for a library that is none. */
  private void requireFunctions(RestoreTarget target) throws IOException, InterruptedException {
    try (RedisLink link = connections.servers().connect(target.address())) {
      if (link.ask("FUNCTION", "LOAD", "none") instanceof Reply.Failure failure
          && !failure.text().contains("metadata")) {
        throw job.unfit(
            "has functions, and "
                + target.address()
                + " answers FUNCTION LOAD with: "
                + failure.text(),
            "allow the user FUNCTION");
      }
    }
  }

  @Override
  public boolean reversible() {
    return false;
  }

  @Override
  public void publish() throws IOException, InterruptedException {
    List<KeySender> senders = new ArrayList<>();
    Path folder = Files.createTempDirectory("redis-restore");
    try (Receivers receivers = Receivers.connect(targets, connections)) {
      senders.addAll(receivers.senders());
      receivers.empty(targets);
      Sending sending = new Sending(receivers, DumpPayload.Room.in(folder));
      for (Part part : job.state().parts()) {
        send(part, sending);
      }
      receivers.finish();
      report(senders, sending.expired);
      published = true;
    } catch (IOException e) {
      throw RestoreJob.orInterruption(brokenOff(e, senders));
    } catch (InterruptedException e) {
      throw RestoreJob.orInterruption(brokenOff(new IOException("interrupted", e), senders));
    } finally {
      Files.deleteIfExists(folder);
    }
  }

  private void send(Part part, Sending sending) throws IOException {
    try (InputStream in = job.task().captured().open(part.artifact(), 0)) {
      RdbReader.read(in, sending);
    }
  }

  private static long restored(List<KeySender> senders) {
    return senders.stream().mapToLong(KeySender::restored).sum();
  }

  private void report(List<KeySender> senders, long expired) {
    findings.add(
        job.info(
            names()
                + " took "
                + restored(senders)
                + " of "
                + keys
                + " keys"
                + (expired == 0 ? "" : "; " + expired + " had expired since the backup")));
  }

  private IOException brokenOff(IOException cause, List<KeySender> senders) {
    return new IOException(
        "Restoring "
            + job.settings().name()
            + " key by key into "
            + names()
            + " broke off: "
            + cause.getMessage()
            + "; at least "
            + restored(senders)
            + " of "
            + keys
            + " keys are there now: restore again, with force",
        cause);
  }

  private String names() {
    return targets.stream()
        .map(target -> target.address().toString())
        .collect(Collectors.joining(", "));
  }

  @Override
  public Restored finish() {
    published = false;
    connections.close();
    return new Restored(List.of(), job.scheme().bytes(), findings, List.of());
  }

  @Override
  public void close() throws IOException {
    connections.close();
    if (published) {
      published = false;
      throw new IOException(
          "what was restored into " + names() + " cannot be taken back: it stays there");
    }
  }

  /** Passes on what an RDB holds. */
  private static final class Sending implements RdbVisitor {
    private final Receivers receivers;
    private final DumpPayload.Room room;
    private final long now = System.currentTimeMillis();
    private long expired;

    Sending(Receivers receivers, DumpPayload.Room room) {
      this.receivers = receivers;
      this.room = room;
    }

    @Override
    public void function(byte[] code) throws IOException {
      try {
        receivers.load(new String(code, UTF_8));
      } catch (InterruptedException e) {
        throw interruption(e);
      }
    }

    @Override
    public void key(RdbKey key, RdbValue value) throws IOException {
      if (key.expiresAt().isPresent() && key.expiresAt().getAsLong() <= now) {
        expired++;
        return;
      }
      try (DumpPayload payload = DumpPayload.of(value, room)) {
        receivers.senderOf(key).send(key, payload);
      } catch (InterruptedException e) {
        throw interruption(e);
      }
    }

    private static IOException interruption(InterruptedException cause) {
      IOException interruption = new InterruptedIOException("interrupted");
      interruption.initCause(cause);
      return interruption;
    }
  }
}
