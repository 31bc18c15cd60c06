package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a scheme says: builds the copy under other names, verifies it, takes all of it to the
 * disk, and only then puts it in its place. Used once, by one thread.
 */
final class RestoreExecution implements StagedRestore {
  private static final Logger log = LoggerFactory.getLogger(RestoreExecution.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** The file that a server looks for first. */
  private static final String VERSION = "PG_VERSION";

  private final String sourceName;
  private final RestoreTask task;
  private final RestoreScheme scheme;
  private final FileRights rights;
  private final List<Staging> stagings = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private boolean over;

  RestoreExecution(String sourceName, RestoreTask task, RestoreScheme scheme) {
    this.sourceName = sourceName;
    this.task = task;
    this.scheme = scheme;
    this.rights = FileRights.of(scheme.contents().base().groupReads(), scheme.owner());
    findings.addAll(scheme.findings());
  }

  /** Builds and verifies the copy under its other names. */
  void stage() throws IOException, InterruptedException {
    try {
      prepare();
      build();
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  @Override
  public void publish() throws IOException, InterruptedException {
    try {
      takePlace();
    } catch (IOException | RuntimeException | Error e) {
      throw failed(e);
    }
  }

  @Override
  public Restored finish() throws IOException {
    over = true;
    closeAll();
    NextSteps steps = new NextSteps(scheme);
    return new Restored(scheme.targets(), scheme.bytes(), findings, steps.commands());
  }

  @Override
  public void close() throws IOException {
    List<String> left = cleanUp();
    if (!left.isEmpty()) {
      throw new IOException("could not take back " + String.join(", ", left));
    }
  }

  private IOException failed(Throwable cause) throws InterruptedException {
    return new RestoreFailure(task.captured(), sourceName, scheme, cleanUp()).of(cause);
  }

  private void prepare() throws IOException {
    String id = task.captured().backupId().toString();
    for (RestorePlace place : scheme.places()) {
      for (Path left : place.stagings()) {
        Staging.delete(left);
        log.info("Removed {}, which an interrupted restore had left", left);
      }
      stagings.add(Staging.create(place, id, rights));
    }
  }

  private void build() throws IOException, InterruptedException {
    BackupContents contents = scheme.contents();
    Path root = data().folder();
    Optional<AssembledPages> pages = scheme.combination().pages();
    try (TreeWriter writer = new TreeWriter(scheme.combination(), pages, rights, task.progress())) {
      for (int i = 0; i < scheme.tablespaces().size(); i++) {
        Tablespace tablespace = scheme.tablespaces().get(i).tablespace();
        writer.write(
            tablespace.contents().below(tablespace.versionFolder()),
            stagings.get(i).folder(),
            member -> false);
      }
      Map<String, byte[]> heldBack =
          writer.write(contents.base(), root, member -> RestoredNames.isHeldBack(member.name()));
      writer.write(contents.wal(), root.resolve("pg_wal"), member -> false);
      fetchLog(root);
      Map<String, byte[]> outside = new HashMap<>();
      Optional<ArtifactContents> configuration = contents.configuration();
      if (configuration.isPresent()) {
        outside.putAll(writer.write(configuration.get().files(), root, member -> true));
      }
      if (pages.isPresent()) {
        findings.addAll(pages.get().judge(sourceName));
      }
      FinishingTouch touch =
          new FinishingTouch(
              scheme,
              root,
              rights,
              new FinishingTouch.Written(
                  heldBack, outside, scheme.combination().manifest(writer.checksums())));
      writer.syncFolders(touch.apply());
      touch.complete();
      report(touch);
    }
  }

  private void fetchLog(Path root) throws IOException, InterruptedException {
    if (scheme.recovery().isPresent() && task.replay().isPresent()) {
      int segmentSize = CapturedWal.of(scheme.contents().state()).segmentSize();
      new LogFetch(task.replay().get().changes(), segmentSize, rights)
          .fetch(scheme.recovery().get().plan(), root, task.progress());
    }
  }

  private void takePlace() throws IOException {
    Optional<Long> pid = ServerProcess.runningIn(scheme.data().target());
    if (pid.isPresent()) {
      throw new IOException(
          "a PostgreSQL server was started in "
              + scheme.data().target()
              + " meanwhile (process "
              + pid.get()
              + ")");
    }
    String time = TIME.format(Instant.now());
    for (Staging staging : stagings) {
      staging.publish(time, VERSION);
      staging.aside().ifPresent(aside -> reportMoved(staging.place(), aside));
    }
  }

  private void reportMoved(RestorePlace place, Path aside) {
    boolean isSeparate =
        place.equals(scheme.data()) && place.manner() == RestorePlace.Manner.BESIDE;
    info(
        "what was in "
            + place.target()
            + " is now in "
            + aside
            + ": remove it once the restored server is at work"
            + (isSeparate ? "" : " (until then, pg_verifybackup finds its files to be too many)"));
  }

  /** Takes everything back, once. Returns what could not be removed. */
  private List<String> cleanUp() {
    List<String> left = new ArrayList<>();
    if (over) {
      return left;
    }
    over = true;
    for (int i = stagings.size() - 1; i >= 0; i--) {
      Staging staging = stagings.get(i);
      try {
        staging.unpublish();
      } catch (IOException e) {
        left.add(staging.place().target() + " (" + e + ")");
      }
    }
    // The last first: one may stand in a folder that was made for another before it.
    for (int i = stagings.size() - 1; i >= 0; i--) {
      Staging staging = stagings.get(i);
      try {
        staging.close();
      } catch (IOException e) {
        left.add(staging.folder() + " (" + e + ")");
      }
    }
    return left;
  }

  private void closeAll() throws IOException {
    for (Staging staging : stagings) {
      staging.close();
    }
  }

  private Staging data() {
    return stagings.get(stagings.size() - 1);
  }

  private void report(FinishingTouch touch) {
    info(
        "production's configuration is in "
            + scheme.data().target().resolve(touch.folder())
            + "; the restored server starts with a minimal one, without archiving");
    String libraries = touch.preloadedLibraries();
    if (!libraries.isEmpty()) {
      info(
          "production preloads '"
              + libraries
              + "', the restored server does not: install what is wanted, and set"
              + " shared_preload_libraries");
    }
  }

  private void info(String message) {
    findings.add(Finding.info(sourceName, message));
  }
}
