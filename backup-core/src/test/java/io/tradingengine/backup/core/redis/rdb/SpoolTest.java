package io.tradingengine.backup.core.redis.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final byte[] BYTES = new byte[10_000];

  static {
    new Random(4).nextBytes(BYTES);
  }

  @TempDir Path folder;

  @Test
  void littleStaysInMemory() throws IOException {
    try (Spool spool = new Spool(folder, 5000)) {
      fill(spool, 5000);
      assertThat(spool.isInMemory()).isTrue();
      assertThat(spool.open().readAllBytes()).isEqualTo(Arrays.copyOf(BYTES, 5000));
    }
  }

  @Test
  void muchGoesToAFileThatNobodyElseCanOpen() throws IOException {
    try (Spool spool = new Spool(folder, 4999)) {
      fill(spool, BYTES.length);
      assertThat(spool.isInMemory()).isFalse();
      assertThat(spool.size()).isEqualTo(BYTES.length);
      assertThat(spool.open().readAllBytes()).isEqualTo(BYTES);
      assertThat(spool.open().read()).as("a second time").isEqualTo(BYTES[0] & 0xFF);
      assertThat(files()).as("deleted as soon as it is open").isEmpty();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aSpoolWithoutMemoryIsAFileAtOnce() throws IOException {
    try (Spool spool = new Spool(folder, 0)) {
      assertThat(spool.open().readAllBytes()).isEmpty();
      spool.write(7);
      assertThat(spool.isInMemory()).isFalse();
      assertThat(spool.open().readAllBytes()).containsExactly(7);
    }
  }

  private static void fill(Spool spool, int count) throws IOException {
    for (int at = 0; at < count; at += 100) {
      spool.write(BYTES[at]);
      spool.write(BYTES, at + 1, 99);
    }
  }

  private Path[] files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toArray(Path[]::new);
    }
  }
}
