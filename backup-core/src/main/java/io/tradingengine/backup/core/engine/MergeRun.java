package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.core.catalog.Repository;
import io.tradingengine.backup.spi.Encryptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a full backup of the newest incremental one and what it builds on, from what the
 * destinations hold. It is written as any backup is: claimed, published last, and removed again
 * where it failed everywhere.
 */
final class MergeRun {
  private final BackupConfig config;
  private final Encryptor encryptor;
  private final Targets targets;

  MergeRun(BackupConfig config, Encryptor encryptor, Targets targets) {
    this.config = config;
    this.encryptor = encryptor;
    this.targets = targets;
  }

  /**
   * Merges.
   *
   * @return empty if the newest backup is a full one
   */
  Optional<BackupMetadata> execute() throws InterruptedException {
    if (!encryptor.canDecrypt()) {
      throw new BackupException(
          "A merge reads backups, which are encrypted, and the configuration has no secret key",
          "merge on a host whose configuration has the section 'decryption'",
          null);
    }
    String owner = "merge of " + config.name();
    try (WriteAccess access = WriteAccess.take(targets.all(), owner);
        Fences fences = Fences.take(List.of(), config.name(), owner)) {
      return underLeases(access, fences);
    } catch (IOException e) {
      throw new BackupException("The merge failed: " + Messages.of(e), e);
    }
  }

  private Optional<BackupMetadata> underLeases(WriteAccess access, Fences fences)
      throws IOException, InterruptedException {
    List<Finding> findings = new ArrayList<>();
    StoredBackups stored = new StoredBackups(config.name(), new Targets(access.targets()));
    StoredBackups.StoredBackup newest = stored.newest(findings);
    Manifest tip = newest.manifest();
    if (tip.parent().isEmpty()) {
      return Optional.empty();
    }
    findings.addAll(tip.findings());
    findings.add(Finding.info(config.name(), "merged from " + names(newest)));
    Repository repository = access.prepare(config.name(), config.clock());
    new Leftovers(access, config.clock()).remove();
    Attempt attempt =
        new Attempt(new BackupUnderway.Setting(config, encryptor, access, fences, repository));
    try (OpenBackup backup =
        new OpenBackup(newest, List.of(), encryptor, MergedMaterial.reading(config))) {
      // Right after the newest, which it is the same as: nothing can have come between.
      BackupId id =
          new IdClaim(config.name(), access, config.clock())
              .take(BackupKind.FULL, tip.id().instant());
      return Optional.of(
          attempt.run(
              id, findings, remembering -> new MergedMaterial(config, backup, remembering)));
    }
  }

  private static String names(StoredBackups.StoredBackup newest) {
    return Stream.concat(newest.earlier().stream(), Stream.of(newest.manifest()))
        .map(link -> link.id().toString())
        .collect(Collectors.joining(", "));
  }
}
