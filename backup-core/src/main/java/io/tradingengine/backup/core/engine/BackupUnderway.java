package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.core.catalog.SealedManifest;
import io.tradingengine.backup.core.volume.SmallObjects;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.core.volume.VolumeWriter;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup once it holds all leases and its id: written, brought to every destination, published,
 * and removed again where it failed everywhere. Used once, by one thread.
 */
final class BackupUnderway {
  private static final Logger log = LoggerFactory.getLogger(BackupUnderway.class);

  private final Setting setting;
  private final RunLog run;
  private final Clock clock;
  private final WriteAccess access;
  private final Instant startedAt;
  private final Encryptor encryptor;

  /**
   * What it works with.
   *
   * @param access the destinations, and the right to write to them
   * @param fences the locks in the stores
   * @param repository what all destinations hold
   */
  record Setting(
      BackupConfig config,
      Encryptor encryptor,
      WriteAccess access,
      Fences fences,
      Repository repository) {}

  BackupUnderway(Setting setting, RunLog run) {
    this.setting = setting;
    this.run = run;
    this.clock = setting.config().clock();
    this.access = setting.access();
    this.encryptor = new OneSessionKey(setting.encryptor());
    this.startedAt = clock.instant();
  }

  BackupMetadata execute(Material material) throws IOException, InterruptedException {
    material.announce(run);
    access.absent().forEach((target, reason) -> run.found(absent(target, reason)));
    FanOut fanOut = new FanOut(access.targets());
    Optional<Manifest> manifest = Optional.empty();
    boolean interrupted = false;
    try (fanOut) {
      manifest = Optional.of(gather(material, fanOut));
      deliver(manifest.get(), fanOut);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (IOException | RuntimeException | Error e) {
      fanOut.close();
      discard(access.targets(), e);
      throw e;
    }
    return conclude(manifest, fanOut, interrupted);
  }

  private BackupMetadata conclude(Optional<Manifest> manifest, FanOut fanOut, boolean interrupted)
      throws IOException, InterruptedException {
    Delivery delivery = Delivery.of(fanOut.lanes(), access.absent());
    if (delivery.published().isEmpty() || manifest.isEmpty()) {
      failEverywhere(delivery, interrupted);
    }
    if (interrupted) {
      // What is published stays published; whoever interrupted hears of it after that.
      Thread.currentThread().interrupt();
    }
    discard(
        delivery.failed().stream()
            .filter(each -> each.destination().proximity() == Proximity.HOST)
            .filter(access.targets()::contains)
            .toList(),
        new IOException("a destination on this host has failed"));
    delivery.findings().forEach(run::found);
    return delivery.outcome(manifest.orElseThrow());
  }

  private void failEverywhere(Delivery delivery, boolean interrupted)
      throws IOException, InterruptedException {
    try {
      if (interrupted) {
        throw new InterruptedException();
      }
      delivery.requireAny(run.id());
    } catch (IOException | InterruptedException | RuntimeException e) {
      discard(access.targets(), e);
      throw e;
    }
  }

  private Manifest gather(Material material, FanOut fanOut)
      throws IOException, InterruptedException {
    VolumeOptions options =
        Components.volumeOptions(
            setting.config(), material.volumesHeld() + FanOut.volumesHeld(access.targets()));
    Material.Gathered gathered;
    try (VolumeWriter writer =
        new VolumeWriter(options, encryptor, fanOut, FanOut.putters(access.targets()))) {
      gathered = material.gather(run, writer, new AbandonedObjects(fanOut));
      writer.check();
    }
    Volume index = putIndex(gathered.index(), options, fanOut);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return new Manifest(
        run.id(),
        material.parent(),
        setting.config().name(),
        setting.repository().id(),
        material.run(startedAt, clock.instant()),
        new Manifest.Storage(options.codec(), setting.config().encryption().type()),
        previous(),
        gathered.sources(),
        gathered.missing(),
        index,
        fanOut.lanes().stream()
            .filter(lane -> lane.failure().isEmpty())
            .map(lane -> lane.target().name())
            .toList(),
        run.findings());
  }

  private Volume putIndex(IndexFile index, VolumeOptions options, FanOut fanOut)
      throws IOException {
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    index.write(document);
    byte[] plain = document.toByteArray();
    String suffix = RepositoryLayout.suffix(options.codec()) + encryptor.suffix();
    ObjectKey key = RepositoryLayout.index(run.id(), suffix);
    Content stored = SmallObjects.encode(plain, key, encryptor);
    fanOut.put(key, stored);
    return new Volume(key, 0, plain.length, Sha256.of(plain), stored.length(), stored.sha256());
  }

  /** The newest manifest that any destination has, for the next one to hold. */
  private Optional<Manifest.Previous> previous() throws IOException {
    List<Manifest.Previous> links = new ArrayList<>();
    for (Target target : access.targets()) {
      try {
        target.catalog().last().ifPresent(links::add);
      } catch (IOException e) {
        RunRegistry.rethrowInterruption(e);
        log.debug("{} does not tell its newest manifest, another one does", target, e);
      }
    }
    return links.stream().max(Comparator.comparing(Manifest.Previous::id));
  }

  /** Publishes in each destination as soon as it has everything. */
  private void deliver(Manifest manifest, FanOut fanOut) throws IOException, InterruptedException {
    setting.fences().confirm();
    SealedManifest sealed = access.targets().get(0).catalog().seal(manifest);
    fanOut.finish(target -> publish(target, manifest, sealed));
  }

  private void publish(Target target, Manifest manifest, SealedManifest sealed) throws IOException {
    List<Volume> lacking = target.catalog().lacking(manifest);
    if (!lacking.isEmpty()) {
      throw new IOException(
          target.name()
              + " does not show what it has taken: "
              + Messages.some(lacking.stream().map(Volume::key).toList())
              + "; does anybody else remove objects there?");
    }
    access.lease(target).confirm();
    target.catalog().publish(sealed);
  }

  private static Finding absent(Target target, Exception reason) {
    return Finding.warning(
        target.name(),
        "could not be reached when the backup began: " + Messages.of(reason),
        "make it reachable; replicate brings the backup there");
  }

  /** Removes what this run has written; what cannot be removed now, a later run sweeps. */
  private void discard(List<Target> from, Throwable cause) {
    boolean interrupted = Thread.interrupted();
    for (Target target : from) {
      try {
        // Without the lease, another run may have completed it meanwhile.
        access.lease(target).confirm();
        target.catalog().discard(run.id());
      } catch (IOException | RuntimeException e) {
        log.warn(
            "Left-overs of {} stay in {} until a later run: {}", run.id(), target, Messages.of(e));
        cause.addSuppressed(e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
