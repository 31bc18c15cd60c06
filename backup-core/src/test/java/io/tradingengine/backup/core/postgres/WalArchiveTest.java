package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.IndexEntry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalArchiveTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  @Test
  void segmentsAreNamedAsPostgresNamesThem() {
    assertThat(WalSegments.nameAt(1, Lsn.parse("0/3000028"), 16 * MIB))
        .isEqualTo("000000010000000000000003");
    assertThat(WalSegments.nameAt(18, Lsn.parse("16/FF000000"), 16 * MIB))
        .isEqualTo("0000001200000016000000FF");
    assertThat(WalSegments.nameAt(1, Lsn.parse("16/FF000000"), MIB))
        .isEqualTo("000000010000001600000FF0");
    assertThat(WalSegments.nameAt(1, Lsn.parse("FFFFFFFF/C0000000"), 1 << 30))
        .isEqualTo("00000001FFFFFFFF00000003");
  }

  @Test
  void piecesThatCrossSegmentsAreCutAndTheLastOneIsFilledWithZeros() throws Exception {
    FolderSink sink = new FolderSink(folder);
    WalArchive wal = new WalArchive(sink.create("wal", "tar"), MIB, 2, Lsn.parse("0/300000"));
    wal.writeFile("00000002.history", "1\t0/2F0000\tno reason\n".getBytes(UTF_8));
    byte[] bytes = new byte[MIB + 700];
    Arrays.fill(bytes, (byte) 7);
    wal.write(Lsn.parse("0/300000"), ByteBuffer.wrap(bytes, 0, 1000));
    wal.write(Lsn.parse("0/3003E8"), ByteBuffer.wrap(bytes, 1000, bytes.length - 1000));
    assertThatThrownBy(() -> wal.write(Lsn.parse("0/500000"), ByteBuffer.wrap(bytes)))
        .hasMessageContaining("0/4002BC was due");
    wal.finish();

    assertThat(sink.index.get("wal"))
        .extracting(IndexEntry::path)
        .containsExactly(
            "00000002.history", "000000020000000000000003", "000000020000000000000004");
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(Files.newInputStream(sink.file("wal.tar")))) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("00000002.history");
      assertThat(tar.readAllBytes()).asString().startsWith("1\t0/2F0000");
      tar.getNextEntry();
      assertThat(tar.readAllBytes()).isEqualTo(Arrays.copyOf(bytes, MIB));
      tar.getNextEntry();
      assertThat(tar.readAllBytes())
          .isEqualTo(Arrays.copyOf(Arrays.copyOfRange(bytes, MIB, MIB + 700), MIB));
      assertThat(tar.getNextEntry()).isNull();
    }
  }
}
