package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.contract.ForwardingCaptured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores what Debian's pg_basebackup 15 has taken, and has PostgreSQL's own tools judge it. */
class PostgresRestoreIT {
  private static final String DIGEST =
      "select count(*) || ' ' || md5(string_agg(t::text, ',' order by id)) from %s t";
  private static final PostgresRestore RESTORE = new PostgresRestore("postgres", Optional.empty());

  @TempDir static Path shared;
  @TempDir Path folder;

  private static PgServer production;
  private static Path marker;
  private static Path tablespace;
  private static List<String> digests;

  @BeforeAll
  static void startProduction() throws IOException {
    marker = shared.resolve("archived");
    tablespace = Files.createDirectory(shared.resolve("fast disk"));
    production =
        PgServer.of(15)
            .setting("max_connections", "123")
            .setting("archive_mode", "on")
            .setting("archive_command", "touch " + marker)
            .setting("shared_preload_libraries", "auto_explain")
            .start();
    production.execute(
        "alter system set archive_command = 'touch " + marker + "'",
        "alter system set primary_conninfo = 'host=production.example'",
        "create tablespace fast location '" + tablespace + "'",
        "create table trades as select id, md5(id::text) note from generate_series(1, 60000) id",
        "create index on trades(note)",
        "create table quotes tablespace fast as"
            + " select id, id * 1.5 price from generate_series(1, 30000) id",
        "create unlogged table scratch as select 1 id");
    digests = digests(production);
  }

  @AfterAll
  static void stopProduction() {
    production.close();
  }

  private static List<String> digests(PgServer server) {
    return Stream.of("trades", "quotes").map(DIGEST::formatted).map(server::value).toList();
  }

  /** pg_basebackup notes which segments are complete; a backup of ours has segments only. */
  private static void withoutArchiveStatus(Path wal) throws IOException {
    String members = Oracles.run("tar", "-tf", wal.toString()).orFail().stdout();
    if (members.contains("archive_status/")) {
      Oracles.run("tar", "--delete", "--wildcards", "-f", wal.toString(), "archive_status/*")
          .orFail();
    }
  }

  private TarCaptured backUp(String... options) throws IOException {
    Path tars = folder.resolve("tars");
    Files.createDirectories(tars);
    List<String> command =
        Stream.concat(
                Stream.of(
                    "pg_basebackup",
                    "--pgdata=" + tars,
                    "--format=tar",
                    "--checkpoint=fast",
                    "--no-sync",
                    "--host=" + production.host(),
                    "--port=" + production.port(),
                    "--username=" + PgServer.USER),
                Stream.of(options))
            .toList();
    Oracles.command(command).environment("PGPASSWORD", PgServer.PASSWORD).run().orFail();
    Path outside = Files.createDirectories(folder.resolve("outside/etc/postgresql"));
    Files.writeString(outside.resolve("postgresql.conf"), "archive_mode = always\n");
    Oracles.run(
            "tar",
            "-cf",
            tars.resolve("configuration.tar").toString(),
            "-C",
            folder.resolve("outside").toString(),
            "etc/postgresql/postgresql.conf")
        .orFail();
    Staging.delete(folder.resolve("outside"));
    withoutArchiveStatus(tars.resolve("pg_wal.tar"));
    TarCaptured captured = TarCaptured.ofBaseBackup(tars);
    for (Captured.ArtifactInfo artifact : captured.artifacts()) {
      if (artifact.name().startsWith("tablespace-")) {
        captured.with("tablespace." + artifact.name().substring(11), tablespace.toString());
      }
    }
    return captured;
  }

  private RestoreTask task(Captured captured, Path into) {
    return new RestoreTask(
        captured,
        Optional.of(into),
        Map.of(tablespace, folder.resolve("moved \\tablespace")),
        false,
        bytes -> {});
  }

  private static RestoreTask forced(RestoreTask task) {
    return new RestoreTask(task.captured(), task.into(), task.relocations(), true, task.progress());
  }

  private static void assertVerifies(Path data) {
    Oracles.run("pg_verifybackup", data.toString()).orFail();
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  @Test
  void aRestoredServerStartsWithEqualDataAndNothingOfProductionsConfiguration() throws Exception {
    Path data = folder.resolve("new").resolve("data");
    AtomicLong progress = new AtomicLong();
    TarCaptured captured = backUp();
    RestoreTask task = task(captured, data);
    RestoreTask counted =
        new RestoreTask(captured, task.into(), task.relocations(), false, progress::addAndGet);
    RestorePreview preview = RESTORE.preview(counted);
    assertThat(preview.findings()).noneMatch(f -> f.severity() == Finding.Severity.ERROR);
    assertThat(data.getParent()).doesNotExist();

    Restored restored = restore(counted);

    assertThat(restored.targets()).containsExactly(data, folder.resolve("moved \\tablespace"));
    assertThat(restored.targets()).isEqualTo(preview.targets());
    assertThat(progress.get()).isEqualTo(restored.bytes());
    assertThat(restored.bytes()).isEqualTo(preview.bytes()).isGreaterThan(20 << 20);
    assertThat(restored.findings()).anyMatch(f -> f.message().contains("'auto_explain'"));
    assertThat(restored.nextSteps()).anyMatch(step -> step.contains("pg_ctl"));
    assertVerifies(data);
    assertModes(data);
    assertThat(Files.readString(data.resolve("production-configuration/postgresql.auto.conf")))
        .contains("production.example");
    assertThat(data.resolve("production-configuration/etc/postgresql/postgresql.conf"))
        .hasContent("archive_mode = always");
    Files.deleteIfExists(marker);
    try (PgServer server = PgServer.start(data, 15)) {
      assertThat(digests(server)).isEqualTo(digests);
      assertThat(server.value("select count(*) from scratch")).isEqualTo("0");
      assertThat(server.value("show archive_mode")).isEqualTo("off");
      assertThat(server.value("show archive_command")).doesNotContain("touch");
      assertThat(server.value("show primary_conninfo")).isEmpty();
      assertThat(server.value("show shared_preload_libraries")).isEmpty();
      assertThat(server.value("show max_connections")).isEqualTo("123");
      server.execute(
          "insert into trades values (0, 'new')", "select pg_switch_wal()", "checkpoint");
    }
    assertThat(marker).doesNotExist();
  }

  private static void assertModes(Path data) throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (!Files.isSymbolicLink(path)) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
              .as(path.toString())
              .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
        }
      }
    }
  }

  @Test
  void debiansToolsFindNothingWrong() throws Exception {
    Path data = folder.resolve("data");
    restore(task(backUp(), data));

    Path socket = Files.createDirectory(folder.resolve("s"));
    String port;
    try (PgServer server =
        PgServer.of(15).setting("unix_socket_directories", socket.toString()).start(data)) {
      port = Integer.toString(server.port());
      server.stop();
    }
    Oracles.run("pg_checksums", "--check", "--pgdata=" + data).orFail();
    Oracles.command(
            "pg_ctl",
            "--pgdata=" + data,
            "--log=" + folder.resolve("log"),
            "--options=-p " + port + " -k " + socket,
            "--wait",
            "start")
        .nonRoot()
        .run()
        .orFail();
    try {
      Oracles.command(
              "pg_amcheck",
              "--all",
              "--install-missing",
              "--heapallindexed",
              "--host=127.0.0.1",
              "--port=" + port,
              "--username=" + PgServer.USER)
          .environment("PGPASSWORD", PgServer.PASSWORD)
          .run()
          .orFail();
    } finally {
      Oracles.command("pg_ctl", "--pgdata=" + data, "--mode=fast", "stop").nonRoot().run().orFail();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONE", "SHA224", "SHA256", "SHA384", "SHA512"})
  void everyChecksumOfTheManifestIsVerified(String algorithm) throws Exception {
    Path data = folder.resolve("data");
    TarCaptured captured = backUp("--manifest-checksums=" + algorithm, "--manifest-force-encode");
    restore(task(captured, data));
    assertVerifies(data);

    if (!algorithm.equals("NONE")) {
      assertThatThrownBy(
              () -> restore(forced(task(new Flipped(captured), folder.resolve("other")))))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(algorithm + " checksum")
          .hasMessageContaining("the target is as it was before");
      assertThat(folder.resolve("other")).doesNotExist();
    }
  }

  @Test
  void aFlippedBitIsFoundByTheServersOwnManifest() throws Exception {
    Path data = folder.resolve("not/there/yet/data");
    Captured captured = new Flipped(backUp());
    assertThatThrownBy(() -> restore(task(captured, data)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("CRC32C checksum")
        .hasMessageContaining("what had been restored so far was removed");
    assertThat(entries(folder)).containsExactly(folder.resolve("tars"));
  }

  @Test
  void whatWasThereStaysUnlessForcedAndIsThenMovedAside() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("precious"), "old");
    RestoreTask task = task(backUp(), data);

    assertThat(RESTORE.preview(task).findings()).anyMatch(f -> f.toString().contains("--force"));
    assertThatThrownBy(() -> restore(task))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining(data + " is not empty");
    assertThat(entries(data)).containsExactly(data.resolve("precious"));

    Restored restored = restore(forced(task));
    restore(forced(task));

    for (Path path : entries(folder.resolve("moved \\tablespace"))) {
      if (path.toString().contains(".before-restore-2")) {
        Staging.delete(path);
      }
    }
    assertVerifies(data);
    List<Path> aside =
        entries(folder).stream()
            .filter(path -> path.getFileName().toString().startsWith("data.before-restore-2"))
            .toList();
    assertThat(aside).hasSize(2);
    assertThat(aside.get(0).resolve("precious")).hasContent("old");
    assertThat(restored.findings()).anyMatch(f -> f.message().contains(aside.get(0).toString()));
  }

  @Test
  void aFailureMidwayLeavesTheOldDirectoryAsItWas() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("precious"), "old");
    Captured captured = backUp();
    long half = captured.artifacts().stream().mapToLong(Captured.ArtifactInfo::size).sum() / 2;
    AtomicLong done = new AtomicLong();
    Captured failing =
        new ForwardingCaptured(captured) {
          @Override
          public void readParallel(String artifact, ChunkConsumer consumer)
              throws IOException, InterruptedException {
            super.readParallel(
                artifact,
                (offset, bytes) -> {
                  if (done.addAndGet(bytes.remaining()) > half) {
                    throw new IntegrityException("the/key", "is not what was written", null);
                  }
                  consumer.accept(offset, bytes);
                });
          }
        };
    assertThatThrownBy(() -> restore(forced(task(failing, data))))
        .isInstanceOfSatisfying(
            IntegrityException.class, e -> assertThat(e.objectKey()).isEqualTo("the/key"))
        .hasMessageStartingWith("the/key: is not what was written; the target is as it was before");
    assertThat(entries(folder)).doesNotContain(folder.resolve("data.restoring-full"));
    assertThat(entries(data)).containsExactly(data.resolve("precious"));
    assertThat(entries(folder)).containsExactly(data, folder.resolve("tars"));
  }

  @Test
  void aRunningServerIsNeverRestoredOver() throws Exception {
    RestoreTask task = forced(task(backUp(), production.dataDirectory()));
    assertThatThrownBy(() -> restore(task))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining("a PostgreSQL server runs in " + production.dataDirectory());

    Path stale = Files.createDirectory(folder.resolve("data"));
    Files.writeString(stale.resolve("postmaster.pid"), "999999999\n");
    assertThat(RESTORE.preview(forced(task(task.captured(), stale))).findings())
        .noneMatch(f -> f.severity() == Finding.Severity.ERROR);
  }

  @Test
  void productionsTablespaceIsNotTouchedByACopyThatGoesElsewhere() throws Exception {
    RestoreTask task =
        new RestoreTask(backUp(), Optional.of(folder.resolve("data")), Map.of(), true, bytes -> {});
    assertThatThrownBy(() -> restore(task))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining("--relocate " + tablespace + "=" + folder + "/data-tablespaces/");
    RestoreTask unknown =
        new RestoreTask(task.captured(), task.into(), Map.of(folder, folder), true, bytes -> {});
    assertThat(RESTORE.preview(unknown).findings())
        .anyMatch(f -> f.message().contains("there is no tablespace at " + folder));
  }

  @Test
  void leftOversOfAKilledRestoreAreRemovedAndALiveOneIsRespected() throws Exception {
    Path data = folder.resolve("data");
    RestoreTask task = task(backUp(), data);
    Path left = Files.createDirectories(folder.resolve("data.restoring-full-1/base")).getParent();
    Files.writeString(left.resolve("restore-in-progress"), "");
    Files.createSymbolicLink(left.resolve("link"), tablespace);
    assertThat(RESTORE.preview(task).findings())
        .anyMatch(f -> f.message().contains("was left by a restore that was interrupted"));

    FileRights rights = FileRights.of(false, Optional.empty());
    RestorePlace place = RestorePlace.of(data);
    try (Staging running = Staging.create(place, "other", rights)) {
      assertThat(running.folder()).exists();
      assertThatThrownBy(() -> restore(task))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("another restore into " + data + " is at work");
    }
    restore(task);
    assertThat(left).doesNotExist();
    assertThat(tablespace).isNotEmptyDirectory();
    assertVerifies(data);
  }

  @Test
  void aMountPointIsFilledFromInside() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    RestoreTask task = task(backUp(), data);
    try (Mount mount = Mount.tmpfs(data, 300)) {
      Files.createDirectory(data.resolve("lost+found"));
      restore(task);
      Files.delete(data.resolve("lost+found"));
      assertVerifies(data);
      assertModes(data);
      Restored again = restore(forced(task));
      assertThat(again.findings()).anyMatch(f -> f.message().contains(data + "/before-restore-2"));
      assertThat(mount.folder().resolve("PG_VERSION")).exists();
      try (PgServer server = PgServer.start(data, 15)) {
        assertThat(digests(server)).isEqualTo(digests);
      }
    }
  }

  @Test
  void aFullDiskIsSeenBeforehandOrSaidClearly() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path data = disk.resolve("data");
    Captured captured = backUp();
    try (Mount small = Mount.tmpfs(disk, 30)) {
      assertThatThrownBy(() -> restore(task(captured, data)))
          .isInstanceOf(RestoreRefusedException.class)
          .hasMessageContaining("MiB free, the restore needs");
      assertThat(entries(small.folder())).isEmpty();
    }
    try (Mount large = Mount.tmpfs(disk, 200)) {
      Captured filling =
          new ForwardingCaptured(captured) {
            @Override
            public void readParallel(String artifact, ChunkConsumer consumer)
                throws IOException, InterruptedException {
              if (artifact.equals("base")) {
                Files.write(
                    disk.resolve("filler"), new byte[185 << 20], StandardOpenOption.CREATE_NEW);
              }
              super.readParallel(artifact, consumer);
            }
          };
      assertThatThrownBy(() -> restore(task(filling, data)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the disk is full")
          .hasMessageContaining("what had been restored so far was removed");
      assertThat(entries(large.folder())).containsExactly(disk.resolve("filler"));
    }
  }

  /** A capture in which one bit of the base's largest file is another. */
  private static final class Flipped extends ForwardingCaptured {
    Flipped(Captured captured) {
      super(captured);
    }

    @Override
    public void readParallel(String artifact, ChunkConsumer consumer)
        throws IOException, InterruptedException {
      IndexEntry largest =
          index(artifact).stream()
              .max(java.util.Comparator.comparing(IndexEntry::size))
              .orElseThrow();
      long position = largest.offset() + largest.size() / 2;
      super.readParallel(
          artifact,
          (offset, bytes) -> {
            int at = (int) (position - offset);
            if (artifact.equals("base") && at >= 0 && at < bytes.remaining()) {
              bytes.put(bytes.position() + at, (byte) (bytes.get(bytes.position() + at) ^ 4));
            }
            consumer.accept(offset, bytes);
          });
    }
  }

  private static Restored restore(RestoreTask task) throws IOException, InterruptedException {
    try (StagedRestore staged = RESTORE.stage(task)) {
      staged.publish();
      return staged.finish();
    }
  }
}
