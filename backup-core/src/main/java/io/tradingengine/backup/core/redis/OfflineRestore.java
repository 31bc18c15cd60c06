package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.PartReader.Contents;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Builds the files that a server loads, verifies them, and puts them in their place. Used once, by
 * one thread.
 */
final class OfflineRestore implements StagedRestore {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** No server takes longer than this to load what is tried out. */
  private static final Duration TRIAL = Duration.ofHours(1);

  private static final int FIRST_PORT = 7001;

  private final RestoreJob job;
  private final DataFiles files;
  private final List<RestoreFolder> folders = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private boolean over;

  private OfflineRestore(RestoreJob job) throws IOException {
    this.job = job;
    this.files =
        DataFiles.of(job.state(), job.settings().tryWith(), RestorePlanner.log(job.task()));
    findings.addAll(job.scheme().remarks());
  }

  /**
   * Builds and verifies the files.
   *
   * @param targets one folder for each part of the backup
   */
  static OfflineRestore stage(RestoreJob job, List<Path> targets)
      throws IOException, InterruptedException {
    OfflineRestore restore = new OfflineRestore(job);
    try {
      restore.build(targets);
      return restore;
    } catch (IOException e) {
      restore.takeBack(e);
      throw RestoreJob.orInterruption(e);
    } catch (InterruptedException | RuntimeException | Error e) {
      restore.takeBack(e);
      throw e;
    }
  }

  private void build(List<Path> targets) throws IOException, InterruptedException {
    List<Part> parts = job.state().parts();
    for (int i = 0; i < parts.size(); i++) {
      RestoreFolder folder = RestoreFolder.open(targets.get(i));
      folders.add(folder);
      Instant asOf = Instant.now().plus(TRIAL);
      Contents contents = write(parts.get(i), folder, asOf);
      findings.addAll(contents.remarks(job));
      Optional<Path> program = job.settings().tryWith();
      if (program.isPresent()) {
        try (TemporaryRedis server = TemporaryRedis.start(program.get(), files, folder, contents)) {
          server.requireKeys(contents);
        }
      }
    }
  }

  private Contents write(Part part, RestoreFolder folder, Instant asOf) throws IOException {
    Contents contents;
    try (FileChannel channel = folder.createFile(files.layout().rdb())) {
      contents =
          new PartReader(job, part)
              .read(
                  asOf,
                  (bytes, offset, length) -> {
                    ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
                    while (rest.hasRemaining()) {
                      channel.write(rest);
                    }
                  });
      channel.force(true);
    }
    for (var other : files.layout().others().entrySet()) {
      folder.write(other.getKey(), other.getValue());
    }
    if (job.scheme().replayed().isPresent()) {
      append(job.scheme().replayed().get(), folder);
    }
    return contents;
  }

  /** A server that loads an append-only file lets no key expire meanwhile: this is exact. */
  private void append(Replayed replayed, RestoreFolder folder) throws IOException {
    replayed.verify();
    try (FileChannel channel =
        FileChannel.open(
            folder.staged(files.log()), StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      replayed.read(
          (bytes, offset, length) -> {
            ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
            while (rest.hasRemaining()) {
              channel.write(rest);
            }
          });
      channel.force(true);
    }
    findings.add(
        job.info(
            "with all commands up to offset "
                + replayed.way().end().offset()
                + " of "
                + replayed.way().end().replicationId()));
  }

  @Override
  public void publish() throws IOException, InterruptedException {
    String time = TIME.format(Instant.now());
    for (RestoreFolder folder : folders) {
      requireFree(folder.target());
      folder.publish(files.layout().entry(), time);
      folder
          .aside()
          .ifPresent(
              aside ->
                  findings.add(
                      job.info(
                          "what was in "
                              + folder.target()
                              + " is now in "
                              + aside
                              + ": remove it once the restored server is at work")));
    }
  }

  private void requireFree(Path target) throws IOException {
    Optional<String> server = FolderChecks.processIn(target);
    if (server.isPresent()) {
      throw new IOException(
          "A server was started in " + target + " meanwhile (" + server.get() + "): stop it");
    }
    if (!job.task().force() && !RestoreFolder.occupants(target).isEmpty()) {
      throw new IOException(
          "Something came into " + target + " during the restore, and was left as it is");
    }
  }

  @Override
  public Restored finish() throws IOException {
    over = true;
    List<Path> targets = new ArrayList<>();
    for (RestoreFolder folder : folders) {
      folder.keep();
      folder.close();
      targets.add(folder.target());
    }
    return new Restored(targets, job.scheme().bytes(), findings, nextSteps());
  }

  @Override
  public void close() throws IOException {
    IOException failure =
        new IOException("the restore of " + job.settings().name() + " could not be taken back");
    takeBack(failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  /** Takes everything back, once; adds to {@code cause} what could not be. */
  private void takeBack(Throwable cause) {
    if (over) {
      return;
    }
    over = true;
    boolean interrupted = Thread.interrupted();
    for (int i = folders.size() - 1; i >= 0; i--) {
      RestoreFolder.closeAfter(folders.get(i), cause);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> nextSteps() {
    List<String> steps = new ArrayList<>();
    String program = job.settings().tryWith().map(DataFiles::quoted).orElse("redis-server");
    boolean cluster = job.state().topology() == RedisState.Topology.CLUSTER;
    for (int i = 0; i < folders.size(); i++) {
      RestoreFolder folder = folders.get(i);
      if (folder.owner().map(FileOwner::isRoot).orElse(false)) {
        steps.add(
            "chown -R redis: "
                + DataFiles.quoted(folder.target())
                + "   # if the server does not run as root");
      }
      steps.add(
          files.command(program, folder.target())
              + (cluster ? " --cluster-enabled yes --port " + (FIRST_PORT + i) : "")
              + "   # or start the service, with these settings in redis.conf");
    }
    if (cluster) {
      joinTogether(steps);
    }
    return steps;
  }

  /** A node of a cluster without a configuration takes the slots of which it has keys. */
  private void joinTogether(List<String> steps) {
    for (int i = 1; i < folders.size(); i++) {
      steps.add(
          "redis-cli -p "
              + FIRST_PORT
              + " CLUSTER MEET 127.0.0.1 "
              + (FIRST_PORT + i)
              + "   # with the addresses of your nodes");
    }
    steps.add(
        "yes yes | redis-cli --cluster fix 127.0.0.1:"
            + FIRST_PORT
            + "   # gives away the slots without keys");
  }
}
