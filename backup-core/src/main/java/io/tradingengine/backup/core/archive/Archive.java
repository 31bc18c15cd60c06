package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.point.PointName;
import io.tradingengine.backup.core.volume.ObjectEncoder;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.VersionedSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Continuous archiving at work: wires what follows, keeps, ships and samples. Thread-safe. */
public final class Archive implements Archiving {
  private static final Logger log = LoggerFactory.getLogger(Archive.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ArchiveSetup setup;
  private final Alarms alarms;
  private final FullBackupDue due;
  private final Deque<AutoCloseable> open;
  private final List<Following> followings = new ArrayList<>();
  private final List<Versions> versions = new ArrayList<>();
  private final Shipping shipping;
  private final Points points;
  private final PointSampler sampler;
  private final List<Thread> threads = new ArrayList<>();

  /** Open once it is known after which instant points may be dated. */
  private final CountDownLatch dated = new CountDownLatch(1);

  private volatile boolean stopped;

  private Archive(ArchiveSetup setup, Deque<AutoCloseable> open) throws IOException {
    this.setup = setup;
    this.open = open;
    setup.sources().forEach(open::push);
    this.alarms = new Alarms(setup.listener());
    this.due = new FullBackupDue(alarms, setup.clock());
    Spool spool = Spool.open(setup.options().spool(), setup.system());
    open.push(spool);
    this.shipping = new Shipping(spool, setup.options().spoolLimit(), setup.outlets(), alarms);
    open.push(shipping);
    SpoolEncoding encoding =
        new SpoolEncoding(
            spool, shipping, new ObjectEncoder(setup.compression(), setup.encryptor()));
    open.push(encoding);
    ArchiveParts parts =
        new ArchiveParts(spool, shipping, encoding, setup.outlets(), alarms, due, setup.captures());
    Map<String, SourceArchive> archives = new HashMap<>();
    List<ContinuousSource> continuous = new ArrayList<>();
    for (Source source : setup.sources()) {
      SourceArchive archive = new SourceArchive(parts, source.name(), PieceKeys.of(source));
      if (source instanceof ContinuousSource each) {
        continuous.add(each);
        followings.add(new Following(each, archive, setup.options().shipEvery()));
        archives.put(source.name(), archive);
      } else if (source instanceof VersionedSource each) {
        versions.add(new Versions(each, archive));
        archives.put(source.name(), archive);
      }
    }
    if (continuous.isEmpty()) {
      throw new BackupException(
          "There is nothing to archive: no source sends its changes",
          "configure PostgreSQL or Redis; files and state alone are what backups are for",
          null);
    }
    this.points = new Points(parts, archives, setup.options().shipEvery());
    Map<String, Following> byName = new HashMap<>();
    followings.forEach(each -> byName.put(each.name(), each));
    this.sampler = new PointSampler(continuous, byName, versions, setup.clock(), alarms);
    open.push(sampler);
  }

  /**
   * Begins. A store or a destination that is not there yet does not keep it from that.
   *
   * @throws BackupException if there is nothing to follow, or the spool is another's
   * @throws IOException if the spool cannot be used
   */
  public static Archive start(ArchiveSetup setup) throws IOException {
    Deque<AutoCloseable> open = new ArrayDeque<>();
    try {
      Archive archive = new Archive(setup, open);
      archive.start();
      return archive;
    } catch (IOException | RuntimeException e) {
      closeAll(open);
      throw e;
    }
  }

  private void start() throws IOException {
    shipping.start();
    threads.add(Threads.daemon("backup-points-" + setup.system(), this::takePoints));
    threads.add(Threads.daemon("backup-versions-" + setup.system(), this::keepVersions));
    threads.add(Threads.daemon("backup-publish-" + setup.system(), this::publishPoints));
    followings.forEach(Following::start);
    threads.forEach(Thread::start);
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private void every(Duration interval, String what, Step step) {
    try {
      while (!stopped) {
        long begin = System.nanoTime();
        try {
          step.run();
          alarms.clear(what, what);
        } catch (IOException | RuntimeException e) {
          if (stopped) {
            return;
          }
          String reason = e.getMessage() == null ? e.toString() : e.getMessage();
          alarms.report(what, Finding.error(what, reason, "it is tried again"));
          log.warn("{}", what, e);
        }
        long rest = interval.toNanos() - (System.nanoTime() - begin);
        Thread.sleep(Duration.ofNanos(Math.max(0, rest)).toMillis());
      }
    } catch (InterruptedException e) {
      log.debug("{} ended", what);
    }
  }

  private void takePoints() {
    newestStored().ifPresent(sampler::notBefore);
    dated.countDown();
    every(
        setup.options().pointEvery(),
        "recovery points",
        () -> {
          synchronized (sampler) {
            sampler.sample(Optional.empty()).ifPresent(points::add);
          }
        });
  }

  /** When the newest point was taken that any destination has, as far as they can be read. */
  private Optional<Instant> newestStored() {
    return setup.outlets().stream()
        .flatMap(outlet -> pointNames(outlet).stream())
        .map(PointName::to)
        .max(Comparator.naturalOrder());
  }

  private static List<PointName> pointNames(Outlet outlet) {
    try {
      return outlet.destination().list(RepositoryLayout.POINTS).stream()
          .flatMap(object -> PointName.parse(object.key()).stream())
          .toList();
    } catch (IOException | RuntimeException e) {
      log.debug("{} does not say which points it has: {}", outlet.name(), e.toString());
      return List.of();
    }
  }

  private void publishPoints() {
    every(Duration.ofMillis(500), "publishing of recovery points", points::publish);
  }

  private void keepVersions() {
    every(
        setup.options().stateEvery(),
        "versions",
        () -> {
          for (Versions each : versions) {
            each.look();
          }
          if (due.reason().isPresent()) {
            setup.captures().newestBegun().ifPresent(due::begun);
          }
        });
  }

  /**
   * Takes a point under a name; returns when every required destination has it.
   *
   * @throws BackupException if that takes longer than a minute
   */
  public RecoveryPoint mark(String name) throws InterruptedException {
    for (Versions each : versions) {
      each.look();
    }
    RecoveryPoint point = sampleNamed(name);
    points.add(point);
    followings.forEach(Following::wake);
    points.await(point, PATIENCE);
    return point;
  }

  private RecoveryPoint sampleNamed(String name) throws InterruptedException {
    dated.await();
    for (int attempt = 0; attempt < 3; attempt++) {
      Optional<RecoveryPoint> point;
      synchronized (sampler) {
        point = sampler.sample(Optional.of(name));
      }
      if (point.isPresent()) {
        return point.get();
      }
    }
    throw new BackupException(
        "The recovery point '" + name + "' cannot be taken: a source does not answer",
        "the archiving's status tells which; try again",
        null);
  }

  @Override
  public ArchivingStatus status() {
    Instant now = setup.clock().instant();
    return new ArchivingStatus(
        now,
        followings.stream().map(Following::status).toList(),
        shipping.status(now),
        shipping.bytes(),
        shipping.lastPoint(),
        due.reason(),
        alarms.current());
  }

  @Override
  public void close() {
    stopped = true;
    threads.forEach(Thread::interrupt);
    followings.forEach(Following::close);
    Threads.join(threads);
    versions.forEach(Versions::close);
    synchronized (open) {
      closeAll(open);
    }
  }

  private static void closeAll(Deque<AutoCloseable> open) {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        log.warn("A part of archiving did not close", e);
      }
    }
  }
}
