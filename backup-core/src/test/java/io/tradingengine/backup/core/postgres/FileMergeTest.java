package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.ForwardingCaptured;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file whose blocks lie scattered over more captures than may be open at a time. */
class FileMergeTest {
  private static final int PAGE = 16;
  private static final int LINKS = 9;
  private static final int BLOCKS = 500;
  private static final int ZEROS = LINKS;

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final byte[] expected = new byte[BLOCKS * PAGE];
  private final List<Captured> links = new ArrayList<>();
  private final List<Assembly.Share> shares = new ArrayList<>();
  private final BitSet zeros = new BitSet();
  private Member newest = new Member("base/1/INCREMENTAL.2", "", 0, 0, Optional.empty());

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, BLOCKS + 1})
  void everyBlockComesFromItsCapture(int pagesAtOnce) throws IOException {
    scatter(new Random(pagesAtOnce));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    byte[] window = new byte[pagesAtOnce * PAGE];
    Arrays.fill(window, (byte) 0x55); // what was there before does not show

    int crc;
    try (LinkCursors cursors = new LinkCursors(links, "base")) {
      crc =
          new FileMerge(new Assembly(newest, shares, zeros), cursors, window)
              .writeTo(
                  out,
                  (block, pages) -> {
                    assertThat(block * PAGE).isEqualTo(seen.size());
                    byte[] copy = new byte[pages.remaining()];
                    pages.get(copy);
                    seen.writeBytes(copy);
                  });
    }

    assertThat(out.toByteArray()).isEqualTo(expected);
    assertThat(seen.toByteArray()).isEqualTo(expected);
    CRC32C right = new CRC32C();
    right.update(expected);
    assertThat(crc).isEqualTo((int) right.getValue());
    assertThat(open).as("all streams are closed").hasValue(0);
    assertThat(most).hasValue(4);
  }

  @Test
  void anIncrementalFileWithOtherBlocksIsRefused() throws IOException {
    scatter(new Random(1));
    Assembly.Share share = shares.get(0);
    BlockMap other = new BlockMap(PAGE, BLOCKS, new int[] {1, 2, 3});
    Assembly wrong =
        new Assembly(
            newest,
            List.of(new Assembly.Share(share.link(), share.member().with(other), share.blocks())),
            zeros);
    try (LinkCursors cursors = new LinkCursors(links, "base")) {
      FileMerge merge = new FileMerge(wrong, cursors, new byte[PAGE]);

      assertThatThrownBy(() -> merge.writeTo(new ByteArrayOutputStream(), (block, pages) -> {}))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("has other blocks");
    }
  }

  /** Gives each block to one of the captures, or to none; the first has a whole file. */
  private void scatter(Random random) throws IOException {
    int[] owner = random.ints(BLOCKS, 0, LINKS + 1).toArray();
    random.nextBytes(expected);
    for (int link = 0; link < LINKS; link++) {
      int from = link;
      int[] blocks = IntStream.range(0, BLOCKS).filter(i -> owner[i] == from).toArray();
      add(link, blocks, random);
    }
    for (int block = 0; block < BLOCKS; block++) {
      if (owner[block] == ZEROS) {
        zeros.set(block);
        Arrays.fill(expected, block * PAGE, (block + 1) * PAGE, (byte) 0);
      }
    }
  }

  private void add(int link, int[] blocks, Random random) throws IOException {
    MemoryCapture memory = new MemoryCapture();
    BlockMap map = new BlockMap(PAGE, BLOCKS, blocks);
    BitSet taken = map.toBits();
    long offset = random.nextInt(2000);
    long size;
    try (ArtifactStream out = memory.create("base", "tar")) {
      out.write(new byte[(int) offset]);
      if (link == 0) {
        for (int block = 0; block < BLOCKS; block++) {
          byte[] page = new byte[PAGE];
          random.nextBytes(page);
          out.write(taken.get(block) ? page(block) : page);
        }
        size = (long) BLOCKS * PAGE;
      } else {
        out.write(map.header());
        for (int block : blocks) {
          out.write(page(block));
        }
        size = map.fileLength();
      }
      out.write(new byte[100]);
      out.finish();
    }
    Member member = new Member("base/1/2", "base/1/2", offset, size, Optional.empty());
    Member incremental =
        new Member("base/1/INCREMENTAL.2", "base/1/INCREMENTAL.2", offset, size, Optional.empty());
    newest = incremental.with(map);
    shares.add(0, new Assembly.Share(link, link == 0 ? member : newest, taken));
    links.add(counting(memory.captured(new SourceState(Instant.EPOCH, Map.of()))));
  }

  private byte[] page(int block) {
    return Arrays.copyOfRange(expected, block * PAGE, (block + 1) * PAGE);
  }

  private Captured counting(Captured captured) {
    return new ForwardingCaptured(captured) {
      @Override
      public InputStream open(String artifact, long offset) throws IOException {
        most.accumulateAndGet(open.incrementAndGet(), Math::max);
        return new FilterInputStream(super.open(artifact, offset)) {
          @Override
          public void close() throws IOException {
            open.decrementAndGet();
            super.close();
          }
        };
      }
    };
  }
}
