package io.tradingengine.backup.core.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupMetadata.MissingSource;
import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest.CapturedSource;
import io.tradingengine.backup.core.volume.Artifact;
import io.tradingengine.backup.core.volume.Volume;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.SourceState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Manifests for tests. */
final class Manifests {
  static final UUID REPOSITORY = UUID.fromString("8b2c5b0e-5f0b-4c0e-9d53-6d0a4f8f1c11");
  static final String SYSTEM = "trading-engine";
  static final BackupId FIRST = BackupId.parse("full-20240115-020000");
  static final BackupId SECOND = BackupId.parse("full-20240116-020000");
  static final BackupId THIRD = BackupId.parse("full-20240117-020000");

  private Manifests() {}

  static Manifest of(BackupId id) {
    return of(id, Optional.empty());
  }

  static Manifest of(BackupId id, Optional<Manifest.Previous> previous) {
    Instant start = id.instant();
    return new Manifest(
        id,
        Optional.empty(),
        SYSTEM,
        REPOSITORY,
        new Manifest.Run(start, start.plusMillis(61_500), "0.1.0"),
        new Manifest.Storage(Codec.ZSTD, "openpgp"),
        previous,
        List.of(postgres(id), files(id)),
        List.of(new MissingSource("redis", "redis", "connection refused: localhost:6379")),
        volume(RepositoryLayout.index(id, ".zst.gpg").value(), 0, 900),
        List.of("local:/var/backups", "s3://bucket"),
        List.of(Finding.warning("postgres", "relation 16384 block 3: bad checksum", "check it")));
  }

  private static CapturedSource postgres(BackupId id) {
    String folder = RepositoryLayout.source(id, "postgres").value();
    return new CapturedSource(
        "postgres",
        "postgres",
        Optional.empty(),
        id.instant(),
        id.instant().plusSeconds(60),
        new SourceState(
            id.instant().plusMillis(59_500),
            Map.of("server-version", "15.19", "start-lsn", "0/2000028")),
        List.of(
            new Artifact(
                "base",
                "tar",
                2500,
                List.of(
                    volume(folder + "/base-000001.tar.zst.gpg", 0, 1000),
                    volume(folder + "/base-000002.tar.zst.gpg", 1000, 1000),
                    volume(folder + "/base-000003.tar.zst.gpg", 2000, 500))),
            new Artifact(
                "backup-manifest",
                "",
                70,
                List.of(volume(folder + "/backup-manifest-000001.zst.gpg", 0, 70)))));
  }

  private static CapturedSource files(BackupId id) {
    return new CapturedSource(
        "config",
        "files",
        Optional.empty(),
        id.instant().plusSeconds(60),
        id.instant().plusSeconds(61),
        new SourceState(id.instant().plusSeconds(61), Map.of()),
        List.of(
            new Artifact(
                "files",
                "tar",
                0,
                List.of(
                    volume(
                        RepositoryLayout.source(id, "config") + "/files-000001.tar.zst.gpg",
                        0,
                        0)))));
  }

  static Volume volume(String key, long offset, long size) {
    Sha256 plain = Sha256.of(("plain " + key).getBytes(UTF_8));
    Sha256 stored = Sha256.of(("stored " + key).getBytes(UTF_8));
    return new Volume(new ObjectKey(key), offset, size, plain, size / 2 + 100, stored);
  }

  static BackupId id(String instant) {
    return new BackupId(BackupKind.FULL, Instant.parse(instant));
  }
}
