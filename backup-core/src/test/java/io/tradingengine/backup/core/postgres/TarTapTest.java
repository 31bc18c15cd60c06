package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.spi.IndexEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarTapTest {
  private final List<IndexEntry> entries = new ArrayList<>();
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final TarTap tap =
      new TarTap(
          new TarTap.Members() {
            @Override
            public void begin(IndexEntry entry) {
              entries.add(entry);
            }

            @Override
            public void data(ByteBuffer piece) {
              byte[] bytes = new byte[piece.remaining()];
              piece.get(bytes);
              content.writeBytes(bytes);
            }
          });

  private static byte[] archive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      put(tar, new TarArchiveEntry("base/"), "");
      put(tar, new TarArchiveEntry("base/5/16384"), "a".repeat(8192));
      put(tar, new TarArchiveEntry("empty"), "");
      put(tar, new TarArchiveEntry("odd"), "b".repeat(513));
      TarArchiveEntry link = new TarArchiveEntry("pg_wal/", TarConstants.LF_SYMLINK);
      link.setLinkName("/var/wal");
      put(tar, link, "");
      put(tar, new TarArchiveEntry("global/pg_control"), "c".repeat(512));
    }
    return bytes.toByteArray();
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, String text)
      throws IOException {
    entry.setSize(text.length());
    tar.putArchiveEntry(entry);
    tar.write(text.getBytes(UTF_8));
    tar.closeArchiveEntry();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 511, 512, 513, 1000, 8192, 1_000_000})
  void membersAreToldInPiecesOfAnySize(int size) throws IOException {
    byte[] archive = archive();
    for (int from = 0; from < archive.length; from += size) {
      ByteBuffer piece = ByteBuffer.wrap(archive, from, Math.min(size, archive.length - from));
      tap.accept(piece);
      assertThat(piece.position()).isEqualTo(from);
    }
    tap.finish();
    assertThat(entries)
        .extracting(IndexEntry::path)
        .containsExactly("base", "base/5/16384", "empty", "odd", "pg_wal", "global/pg_control");
    assertThat(entries).extracting(IndexEntry::size).containsExactly(0L, 8192L, 0L, 513L, 0L, 512L);
    assertThat(entries.get(4).link()).isEqualTo("/var/wal");
    assertThat(entries.get(4).type()).isEqualTo(IndexEntry.Type.SYMLINK);
    assertThat(content.toString(UTF_8))
        .isEqualTo("a".repeat(8192) + "b".repeat(513) + "c".repeat(512));
    for (IndexEntry entry : entries) {
      if (entry.size() > 0) {
        char first = (char) archive[(int) entry.offset()];
        assertThat("abc").contains(String.valueOf(first));
        assertThat(archive[(int) (entry.offset() - 1)]).isZero();
      }
    }
  }

  @Test
  void anArchiveThatStopsShortIsRefused() throws IOException {
    byte[] archive = archive();
    tap.accept(ByteBuffer.wrap(archive, 0, 9000));
    assertThatThrownBy(tap::finish).hasMessageContaining("not complete");
  }

  @Test
  void aDamagedHeaderIsRefused() throws IOException {
    byte[] archive = archive();
    archive[0] ^= 1;
    assertThatThrownBy(() -> tap.accept(ByteBuffer.wrap(archive)))
        .hasMessageContaining("checksum is wrong");
  }

  @Test
  void sizesPastEightGibibytesAreRead() throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("big");
    entry.setSize(10L << 30);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, 512);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    tar.putArchiveEntry(entry);
    tar.flush();
    byte[] header = Arrays.copyOf(bytes.toByteArray(), 512);
    assertThat(TarHeader.parse(header).size()).isEqualTo(10L << 30);
  }

  @Test
  void sizesPastEightGibibytesAreWritten() throws IOException {
    for (long size : new long[] {(8L << 30) - 1, 8L << 30, 1L << 50}) {
      byte[] header = TarHeader.file("big", size).encode(Instant.ofEpochSecond(1_700_000_000));
      assertThat(TarHeader.parse(header).size()).isEqualTo(size);
      assertThat(new TarArchiveEntry(header).getSize()).isEqualTo(size);
      assertThat(TarHeader.parse(TarHeader.renamed(header, "INCREMENTAL.big", 7)).size())
          .isEqualTo(7);
    }
  }

  @Test
  void aRenamedHeaderKeepsWhoseItIs() throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("base/5/16384");
    entry.setSize(8192);
    entry.setMode(0640);
    entry.setIds(1_000_000, 77);
    entry.setNames("postgres", "g".repeat(31));
    entry.setModTime(java.nio.file.attribute.FileTime.from(Instant.ofEpochSecond(1_700_000_000)));
    byte[] header = new byte[512];
    entry.writeEntryHeader(header);
    byte[] before = header.clone();
    for (String name : List.of("x", "d".repeat(60) + "/INCREMENTAL." + "f".repeat(80))) {
      byte[] renamed = TarHeader.renamed(header, name, 12);
      assertThat(header).isEqualTo(before);
      TarArchiveEntry read = new TarArchiveEntry(renamed);
      assertThat(read.isCheckSumOK()).isTrue();
      assertThat(read.getName()).isEqualTo(name);
      assertThat(read.getSize()).isEqualTo(12);
      assertThat(read.getMode() & 07777).isEqualTo(0640);
      assertThat(read.getLongUserId()).isEqualTo(1_000_000);
      assertThat(read.getLongGroupId()).isEqualTo(77);
      assertThat(read.getUserName()).isEqualTo("postgres");
      assertThat(read.getGroupName()).isEqualTo("g".repeat(31));
      assertThat(read.getLastModifiedTime().toInstant())
          .isEqualTo(TarHeader.modified(header))
          .isEqualTo(Instant.ofEpochSecond(1_700_000_000));
      assertThat(TarHeader.parse(renamed))
          .isEqualTo(new TarHeader(name, IndexEntry.Type.FILE, 0640, 12, ""));
    }
    assertThatThrownBy(() -> TarHeader.renamed(header, "f".repeat(101), 0))
        .hasMessageContaining("too long");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 99, 100, 101, 200, 250})
  void headersThatWeWriteAreReadByOthers(int length) throws IOException {
    String name = "d".repeat(length * 3 / 5) + "/" + "f".repeat(length - length * 3 / 5 - 1);
    name = length == 1 ? "f" : name;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(TarHeader.file(name, 3).encode(Instant.ofEpochSecond(1_700_000_000)));
    bytes.writeBytes("abc".getBytes(UTF_8));
    bytes.writeBytes(new byte[509 + 1024]);
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray()))) {
      TarArchiveEntry entry = tar.getNextEntry();
      assertThat(entry.getName()).isEqualTo(name);
      assertThat(entry.getMode() & 07777).isEqualTo(0600);
      assertThat(entry.getLastModifiedDate().toInstant().getEpochSecond()).isEqualTo(1_700_000_000);
      assertThat(tar.readAllBytes()).asString().isEqualTo("abc");
      assertThat(tar.getNextEntry()).isNull();
    }
    assertThat(TarHeader.parse(bytes.toByteArray().clone()).path()).isEqualTo(name);
  }

  @Test
  void relationFilesAreToldFromOthers() {
    assertThat(RelationFile.inDataDirectory("base/5/16384")).contains(new RelationFile(0, true));
    assertThat(RelationFile.inDataDirectory("base/5/16384.12"))
        .contains(new RelationFile(12, true));
    assertThat(RelationFile.inDataDirectory("base/5/16384_fsm"))
        .contains(new RelationFile(0, false));
    assertThat(RelationFile.inDataDirectory("base/5/16384_vm.1"))
        .contains(new RelationFile(1, false));
    assertThat(RelationFile.inDataDirectory("global/1262")).contains(new RelationFile(0, true));
    assertThat(RelationFile.inTablespace("PG_15_202209061/5/16384.1"))
        .contains(new RelationFile(1, true));
    for (String other :
        List.of(
            "global/pg_control",
            "base/5/pg_filenode.map",
            "base/5/PG_VERSION",
            "base/5/t3_16384",
            "pg_xact/0000",
            "backup_label",
            "base/16384")) {
      assertThat(RelationFile.inDataDirectory(other)).as(other).isEmpty();
    }
  }
}
