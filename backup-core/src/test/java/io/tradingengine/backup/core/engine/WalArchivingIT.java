package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.DestinationSpec;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.LocalDirectory;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.core.support.PgServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a real server's log, pushed and fetched one by one. */
class WalArchivingIT {
  @TempDir static Path shared;
  private static PgServer server;
  private static Path segment;
  private static String cluster;

  @TempDir Path folder;
  private TestSystem system;
  private Path second;

  @BeforeAll
  static void startAServer() {
    server = PgServer.of(17).initdb("--wal-segsize=1").start();
    server.execute("CREATE TABLE trades AS SELECT generate_series(1, 1000) id");
    segment = server.dataDirectory().resolve("pg_wal").resolve(completeSegment());
    cluster = server.value("SELECT system_identifier FROM pg_control_system()");
  }

  private static String completeSegment() {
    String name = server.value("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
    server.execute("SELECT pg_switch_wal()");
    return name;
  }

  @AfterAll
  static void stopTheServer() {
    server.close();
  }

  @BeforeEach
  void makeASystem() {
    system = new TestSystem(folder);
    second = folder.resolve("second");
  }

  @Test
  void aSegmentComesBackAsItWas() throws IOException {
    assertThat(push(segment)).isEmpty();

    Path back = folder.resolve("RECOVERYXLOG");
    assertThat(fetch(segment.getFileName().toString(), back)).isTrue();
    assertThat(back).hasSameBinaryContentAs(segment);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(back)))
        .isEqualTo("rw-------");
    assertThat(objects(system.repository))
        .singleElement()
        .asString()
        .matches(
            "wal/postgres/"
                + cluster
                + "/00000001/"
                + segment.getFileName()
                + "\\.[0-9a-f]{32}\\.zst\\.gpg");
    assertThat(objects(second)).isEqualTo(objects(system.repository));
  }

  @Test
  void whatIsNotArchivedIsNotThereAndLeavesNothingBehind() throws IOException {
    push(segment);

    Path back = folder.resolve("RECOVERYXLOG");
    assertThat(fetch("00000001000000000000FFFF", back)).isFalse();
    assertThat(fetch("00000002.history", back)).isFalse();
    assertThat(back).doesNotExist();
  }

  @Test
  void theSameFileAgainIsASuccessThatStoresNothing() throws IOException {
    push(segment);
    List<String> before = objects(system.repository);

    assertThat(push(segment)).isEmpty();

    assertThat(objects(system.repository)).isEqualTo(before);
  }

  @Test
  void whatOneDestinationLacksIsCopiedFromAnotherByteForByte() throws IOException {
    push(segment);
    String name = objects(second).get(0);
    Files.delete(second.resolve(name));

    assertThat(push(segment)).isEmpty();

    assertThat(second.resolve(name)).hasSameBinaryContentAs(system.repository.resolve(name));
  }

  @Test
  void anotherFileOfThatNameIsRefusedAndBothAreNamed() throws IOException {
    push(segment);
    Path other = changed(segment);

    assertThatThrownBy(() -> push(other))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("A different file of that name is archived: " + cluster)
        .hasMessageContaining("is in local:" + system.repository)
        .hasMessageContaining(other + " is " + cluster)
        .hasMessageContaining("another cluster, or a restored server");
  }

  private Path changed(Path original) throws IOException {
    Path other = folder.resolve(original.getFileName());
    Files.copy(original, other);
    try (RandomAccessFile file = new RandomAccessFile(other.toFile(), "rw")) {
      file.seek(100_000);
      file.write(new byte[] {1, 2, 3});
    }
    return other;
  }

  @Test
  void twoFilesOfOneNameAreNotChosenFrom() throws IOException {
    push(segment);
    Path other = changed(segment);
    BackupConfig own =
        BackupConfig.builder("trading-engine")
            .source(PostgresBackupIT.postgres(server))
            .encryption(OpenPgp.recipients(system.publicKey))
            .destination(LocalDirectory.at(folder.resolve("elsewhere")))
            .build();
    try (BackupManager elsewhere = BackupManager.create(own)) {
      elsewhere.archiveWal(other);
    }
    // Somebody brings both together.
    Path from = folder.resolve("elsewhere/wal/postgres/" + cluster + "/00000001");
    Path to = system.repository.resolve("wal/postgres/" + cluster + "/00000001");
    try (Stream<Path> files = Files.list(from)) {
      for (Path each : (Iterable<Path>) files::iterator) {
        Files.copy(each, to.resolve(each.getFileName()));
      }
    }

    assertThatThrownBy(() -> fetch(segment.getFileName().toString(), folder.resolve("back")))
        .hasMessageContaining("Several files are archived as")
        .hasMessageContaining("two servers wrote the same timeline");
  }

  @Test
  void aRequiredDestinationThatFailsIsAFailureAndABestEffortOneAWarning() throws IOException {
    Path file = Files.writeString(folder.resolve("not-a-folder"), "");
    DestinationSpec unusable = LocalDirectory.at(file.resolve("repository")).attempts(1);
    push(segment);

    try (BackupManager manager = BackupManager.create(config(unusable).build())) {
      assertThatThrownBy(() -> manager.archiveWal(segment))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("is not archived")
          .hasMessageContaining("tries again by itself");
    }
    try (BackupManager manager =
        BackupManager.create(config(unusable.named("far").bestEffort()).build())) {
      assertThat(manager.archiveWal(segment))
          .singleElement()
          .satisfies(
              warning -> {
                assertThat(warning.severity()).isEqualTo(Finding.Severity.WARNING);
                assertThat(warning.subject()).isEqualTo("far");
              });
    }
  }

  @Test
  void whatCannotBeAskedIsNotTakenForNotThere() throws IOException {
    push(segment);
    Path file = Files.writeString(folder.resolve("not-a-folder"), "");
    BackupConfig config = config(LocalDirectory.at(file.resolve("r")).attempts(1)).build();

    try (RestoreManager manager = RestoreManager.create(config)) {
      Path back = folder.resolve("back");
      assertThat(manager.fetchWal(segment.getFileName().toString(), back)).isTrue();
      assertThatThrownBy(() -> manager.fetchWal("00000001000000000000FFFF", back))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("Nobody knows whether")
          .hasMessageContaining("take it out of the configuration");
    }
  }

  @Test
  void aDamagedCopyIsNeverHandedOut() throws IOException {
    push(segment);
    for (Path repository : List.of(system.repository, second)) {
      Path object = repository.resolve(objects(repository).get(0));
      byte[] bytes = Files.readAllBytes(object);
      bytes[bytes.length / 2] ^= 1;
      Files.setPosixFilePermissions(object, PosixFilePermissions.fromString("rw-------"));
      Files.write(object, bytes);
    }

    Path back = folder.resolve("back");
    assertThatThrownBy(() -> fetch(segment.getFileName().toString(), back))
        .isInstanceOf(IntegrityException.class);
    assertThat(back).doesNotExist();
  }

  @Test
  void historiesAndLabelsFollowTheClusterTheyStandIn() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data/pg_wal")).getParent();
    Files.createDirectory(data.resolve("global"));
    Files.copy(
        server.dataDirectory().resolve("global/pg_control"), data.resolve("global/pg_control"));
    Path history = Files.writeString(data.resolve("pg_wal/00000002.history"), "1\t0/3000000\tx\n");
    Path label =
        Files.writeString(data.resolve("pg_wal/000000010000000000000003.00000028.backup"), "x");

    push(history);
    push(label);

    assertThat(objects(system.repository))
        .anyMatch(each -> each.startsWith("wal/postgres/" + cluster + "/00000002.history."))
        .anyMatch(
            each ->
                each.startsWith(
                    "wal/postgres/"
                        + cluster
                        + "/00000001/000000010000000000000003.00000028.backup."));
    Path back = data.resolve("pg_wal/RECOVERYHISTORY");
    assertThat(fetch("00000002.history", back)).isTrue();
    assertThat(back).hasSameTextualContentAs(history);
    Path lost = Files.copy(history, folder.resolve("00000002.history"));
    assertThatThrownBy(() -> push(lost)).hasMessageContaining("which cluster");
  }

  @Test
  void whatIsNoFileOfALogIsRefused() throws IOException {
    Path torn = folder.resolve(segment.getFileName());
    Files.write(torn, new byte[100_000]);
    assertThatThrownBy(() -> push(torn)).hasMessageContaining("does not begin as a segment does");
    try (RandomAccessFile file = new RandomAccessFile(torn.toFile(), "rw")) {
      file.write(Files.readAllBytes(segment), 0, 500_000);
    }
    assertThatThrownBy(() -> push(torn)).hasMessageContaining("it has 500000 bytes, and says");
    Path renamed = Files.copy(segment, folder.resolve("0000000100000000000000AB"));
    assertThatThrownBy(() -> push(renamed)).hasMessageContaining("another position");
    assertThatThrownBy(() -> push(folder.resolve("backup_label")))
        .hasMessageContaining("is no file of PostgreSQL's log");
  }

  @Test
  void aLargeSegmentIsSeveralObjects() throws IOException {
    Path large = folder.resolve("0000000100000000000000AB");
    long start = 0xABL * (64 << 20);
    ByteBuffer header = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(0, (short) 0xD116).putShort(2, (short) 2).putInt(4, 1).putLong(8, start);
    header.putLong(24, 7431L).putInt(32, 64 << 20).putInt(36, 8192);
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.write(header.array());
      file.setLength(64 << 20);
    }

    push(large);

    assertThat(objects(system.repository))
        .hasSize(2)
        .allMatch(each -> each.matches("wal/postgres/7431/00000001/.*\\.00000[12]of000002\\..*"));
    Path back = folder.resolve("back");
    assertThat(fetch(large.getFileName().toString(), back)).isTrue();
    assertThat(back).hasSameBinaryContentAs(large);
  }

  @Test
  void aSourceHasToBeNamedWhereThereAreSeveral() {
    BackupConfig config =
        config(LocalDirectory.at(second))
            .source(PostgresBackupIT.postgres(server).named("shard-2"))
            .build();
    try (BackupManager manager = BackupManager.create(config)) {
      assertThatThrownBy(() -> manager.archiveWal(segment))
          .hasMessageContaining("Several sources are PostgreSQL servers: postgres, shard-2");
      assertThat(manager.archiveWal("shard-2", segment)).isEmpty();
      assertThatThrownBy(() -> manager.archiveWal("shard-3", segment))
          .hasMessageContaining("There is no PostgreSQL source 'shard-3'");
    }
    assertThat(second.resolve("wal/shard-2/" + cluster)).isDirectory();
  }

  private BackupConfig.Builder config(DestinationSpec other) {
    return system.base().source(PostgresBackupIT.postgres(server)).destination(other);
  }

  private List<Finding> push(Path file) {
    try (BackupManager manager = BackupManager.create(config(LocalDirectory.at(second)).build())) {
      return manager.archiveWal(file);
    }
  }

  private boolean fetch(String name, Path into) {
    try (RestoreManager manager =
        RestoreManager.create(config(LocalDirectory.at(second)).build())) {
      return manager.fetchWal(name, into);
    }
  }

  private static List<String> objects(Path repository) throws IOException {
    Path wal = repository.resolve("wal");
    try (Stream<Path> files = Files.walk(wal)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> repository.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
