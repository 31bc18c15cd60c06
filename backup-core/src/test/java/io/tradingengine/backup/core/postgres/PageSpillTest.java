package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageSpillTest {
  private static final int PAGE = 8192;
  private static final String SECRET = "this is not to be read ";

  private final PageSpill spill = new PageSpill();

  private static byte[] page(int number) {
    String text = (SECRET + number + " ").repeat(PAGE / SECRET.length());
    return text.substring(0, PAGE).getBytes(StandardCharsets.US_ASCII);
  }

  private void add(int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      ByteBuffer page = i % 2 == 0 ? ByteBuffer.wrap(page(i)) : direct(page(i));
      spill.add(page);
      assertThat(page.hasRemaining()).isFalse();
    }
  }

  private static ByteBuffer direct(byte[] page) {
    return ByteBuffer.allocateDirect(PAGE).put(page).flip();
  }

  private byte[] drained() throws IOException {
    MemorySink.Stream out = new MemorySink.Stream();
    spill.drainTo(out);
    return out.bytes();
  }

  private static byte[] pages(int from, int count) {
    ByteBuffer all = ByteBuffer.allocate(count * PAGE);
    for (int i = from; i < from + count; i++) {
      all.put(page(i));
    }
    return all.array();
  }

  /** Files of this process that have no name any more, and the bytes in them. */
  private static List<byte[]> nameless() throws IOException {
    List<byte[]> found = new ArrayList<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : open) {
        if (Files.isSymbolicLink(each)
            && Files.readSymbolicLink(each).toString().contains("backup-pages")) {
          try (FileChannel in = FileChannel.open(each)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) in.size());
            while (bytes.hasRemaining() && in.read(bytes) >= 0) {
              // reads on
            }
            found.add(bytes.array());
          }
        }
      }
    }
    return found;
  }

  private static List<Path> named() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")), "backup-pages*")) {
      files.forEach(found::add);
    }
    return found;
  }

  @Test
  void pagesComeBackHoweverManyTheyAre() throws IOException {
    try (spill) {
      int start = 0;
      for (int count : new int[] {0, 1, 1023, 1024, 1025, 3 * 1024, 3 * 1024 + 17, 5, 2048, 0}) {
        add(start, count);
        assertThat(drained()).as("%s pages", count).isEqualTo(pages(start, count));
        start += count;
      }
    }
  }

  @Test
  void whatIsOnTheDiskSaysNothing() throws IOException {
    int before = nameless().size();
    List<Path> files = named();
    try (spill) {
      add(0, 1024);
      assertThat(nameless()).hasSize(before);
      add(1024, 2000);
      assertThat(named()).isEqualTo(files);
      List<byte[]> first = nameless();
      assertThat(first).hasSize(before + 1);
      assertSaysNothing(first);
      assertThat(drained()).isEqualTo(pages(0, 3024));
      add(0, 3024);
      List<byte[]> second = nameless();
      assertSaysNothing(second);
      // The same pages under another key.
      assertThat(second.get(before)).isNotEqualTo(first.get(before));
    }
    assertThat(nameless()).hasSize(before);
    assertThat(named()).isEqualTo(files);
  }

  private static void assertSaysNothing(List<byte[]> files) {
    for (byte[] bytes : files) {
      assertThat(bytes.length).isGreaterThan(1 << 20);
      assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("not to be");
      int[] counts = new int[256];
      for (byte each : bytes) {
        counts[each & 0xFF]++;
      }
      for (int count : counts) {
        assertThat(count)
            .isCloseTo(bytes.length / 256, org.assertj.core.data.Percentage.withPercentage(10));
      }
    }
  }

  @Test
  void aSpillThatIsClosedWithPagesInItLeavesNothing() throws IOException {
    List<Path> files = named();
    int before = nameless().size();
    add(0, 3000);
    spill.close();
    spill.close();
    assertThat(named()).isEqualTo(files);
    assertThat(nameless()).hasSize(before);
  }
}
