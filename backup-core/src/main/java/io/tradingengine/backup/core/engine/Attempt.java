package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An attempt at a backup, under leases that are held: its listeners are told, and where the
 * configuration says so this host remembers it.
 *
 * @param setting what it works with
 */
record Attempt(BackupUnderway.Setting setting) {

  /**
   * Makes the backup.
   *
   * @param id is this run's alone
   * @param findings what is known already
   * @param material gives what it is made of, and what remembers it
   */
  BackupMetadata run(
      BackupId id, List<Finding> findings, Function<Optional<Remembering>, Material> material)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    RunLog run = new RunLog(new EventSink(setting.config().listeners()), id);
    run.started();
    findings.forEach(run::found);
    try (Remembering remembering = remember(run)) {
      BackupMetadata metadata =
          new BackupUnderway(setting, run)
              .execute(material.apply(Optional.ofNullable(remembering)));
      if (remembering != null) {
        metadata = remembering.keep().map(metadata::with).orElse(metadata);
      }
      run.succeeded(Duration.ofNanos(System.nanoTime() - begin));
      return metadata;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      run.failed(Messages.of(e));
      throw e;
    }
  }

  private @Nullable Remembering remember(RunLog run) {
    BackupConfig config = setting.config();
    Optional<Memory> memory = Memory.of(config);
    try {
      return memory.isPresent() ? memory.get().begin(run.id()) : null;
    } catch (IOException e) {
      run.found(
          Finding.warning(
              config.incremental().memory().map(Path::toString).orElse(""),
              "this backup cannot be remembered: " + Messages.of(e),
              "mend that; without it, or the secret key, the next incremental backup is a full"
                  + " one"));
      return null;
    }
  }
}
