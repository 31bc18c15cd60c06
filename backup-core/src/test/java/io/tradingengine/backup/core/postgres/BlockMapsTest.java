package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockMapsTest {
  private static final int PAGE = 8192;

  private static byte[] written(Map<String, BlockMap> all) throws IOException {
    BlockMaps maps = new BlockMaps();
    for (Map.Entry<String, BlockMap> each : all.entrySet()) {
      maps.add(each.getKey(), each.getValue());
    }
    MemorySink sink = new MemorySink();
    maps.write(sink);
    assertThat(sink.streams.get("blocks").finished).isTrue();
    return sink.streams.get("blocks").bytes();
  }

  private static Map<String, BlockMap> read(byte[] bytes) throws IOException {
    return BlockMaps.read(new ByteArrayInputStream(bytes), PAGE);
  }

  private static String text(Map<String, BlockMap> maps) {
    Map<String, String> texts = new TreeMap<>();
    maps.forEach(
        (path, map) ->
            texts.put(
                path,
                map.truncation()
                    + " "
                    + map.cut()
                    + " "
                    + map.pageSize()
                    + Arrays.toString(IntStream.range(0, map.count()).map(map::block).toArray())));
    return texts.toString();
  }

  private static Map<String, BlockMap> some() {
    Map<String, BlockMap> maps = new TreeMap<>();
    maps.put("base/5/1", new BlockMap(PAGE, 0, new int[0]));
    maps.put("base/5/2", new BlockMap(PAGE, 131072, new int[] {0, 127, 255, 16383, 131071}));
    maps.put("base/5/é", new BlockMap(PAGE, 90, new int[] {131070, 131071}).cutAt(3));
    maps.put("global/4", new BlockMap(PAGE, 9, IntStream.range(0, 9).toArray()).cutAt(0));
    return maps;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    assertThat(written(Map.of())).isEqualTo("blocks 1\n\0\0\0\0".getBytes(UTF_8));
    assertThat(read(written(Map.of()))).isEmpty();
    assertThat(text(read(written(some())))).isEqualTo(text(some()));
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      Map<String, BlockMap> maps = new TreeMap<>();
      for (int file = 0; file < random.nextInt(8); file++) {
        int[] blocks =
            random
                .ints(random.nextInt(3000), 0, 1 + random.nextInt(131072))
                .sorted()
                .distinct()
                .toArray();
        maps.put(
            "base/5/" + file,
            new BlockMap(PAGE, random.nextInt(131073), blocks).cutAt(random.nextInt(131073)));
      }
      assertThat(text(read(written(maps)))).isEqualTo(text(maps));
    }
  }

  @Test
  void aFileIsThereOnce() throws IOException {
    BlockMaps maps = new BlockMaps();
    maps.add("base/5/1", new BlockMap(PAGE, 0, new int[0]));
    assertThatIOException()
        .isThrownBy(() -> maps.add("base/5/1", new BlockMap(PAGE, 0, new int[0])))
        .withMessageContaining("'base/5/1' twice");
  }

  @Test
  void anArtifactThatIsCutShortIsRefused() throws IOException {
    byte[] bytes = written(some());
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(part))
          .as("%s bytes", length)
          .isInstanceOfAny(EOFException.class, IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("goes on after its end");
  }

  @Test
  void aChangedByteIsRefusedOrGivesAnotherMap() throws IOException {
    byte[] bytes = written(some());
    for (int at = 0; at < bytes.length; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        try {
          Map<String, BlockMap> read = read(changed);
          read.values().forEach(map -> assertThat(map.length()).isBetween(0, 1 << 28));
          if (value != (bytes[at] & 0xFF)) {
            assertThat(text(read)).as("byte %s is %s", at, value).isNotEqualTo(text(some()));
          }
        } catch (EOFException | IllegalArgumentException e) {
          assertThat(e).as("byte %s is %s", at, value).isNotNull();
        }
      }
    }
  }

  @Test
  void randomBytesAreRefusedInNoOtherWay() throws IOException {
    Random random = new Random(2);
    byte[] bytes = written(some());
    for (int i = 0; i < 30_000; i++) {
      byte[] changed = bytes.clone();
      for (int j = 0; j <= random.nextInt(6); j++) {
        changed[9 + random.nextInt(changed.length - 9)] = (byte) random.nextInt();
      }
      try {
        read(changed).values().forEach(map -> assertThat(map.toBits()).isNotNull());
      } catch (EOFException | IllegalArgumentException e) {
        assertThat(e).isNotNull();
      }
    }
  }

  private interface Content {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] hostile(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write("blocks 1\n".getBytes(UTF_8));
    content.write(out);
    return bytes.toByteArray();
  }

  private static byte[] hostile(int truncation, int cut, int count, int... bytes)
      throws IOException {
    return hostile(
        out -> {
          out.writeInt(1);
          out.writeUTF("base/5/1");
          out.writeInt(truncation);
          out.writeInt(cut);
          out.writeInt(count);
          for (int each : bytes) {
            out.write(each);
          }
        });
  }

  @Test
  void countsThatPromiseMoreThanThereIsTakeNoMemory() throws IOException {
    for (byte[] bytes :
        new byte[][] {
          hostile(out -> out.writeInt(Integer.MAX_VALUE)),
          hostile(0, 0, 1 << 28),
          hostile(0, 0, 1 << 28, 1, 1, 1)
        }) {
      assertThatThrownBy(() -> read(bytes)).isInstanceOf(EOFException.class);
    }
    assertThatThrownBy(() -> read(hostile(0, 0, Integer.MAX_VALUE)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void numbersThatNoWriterWritesAreRefused() throws IOException {
    for (byte[] bytes :
        new byte[][] {
          hostile(out -> out.writeInt(-1)),
          hostile(-1, 0, 0),
          hostile(0, -1, 0),
          hostile(4, 5, 0), // cut to more than there is
          hostile(Integer.MAX_VALUE, 0, 0),
          hostile(0, 0, -1),
          hostile(0, 0, 1, 0),
          hostile(0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1),
          hostile(0, 0, 1, 0x81, 0), // longer than needed
          hostile(
              0,
              0,
              9,
              IntStream.range(0, 9)
                  .flatMap(i -> IntStream.of(0xFF, 0xFF, 0xFF, 0x7F))
                  .toArray()), // ends beyond 2^31
        }) {
      assertThatThrownBy(() -> read(bytes))
          .as(Arrays.toString(bytes))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
