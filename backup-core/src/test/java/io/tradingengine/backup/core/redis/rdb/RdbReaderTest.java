package io.tradingengine.backup.core.redis.rdb;

import static io.tradingengine.backup.core.redis.rdb.RdbBytes.events;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RdbReaderTest {
  /** A value of a type that no server at hand writes, or does not write alone. */
  record Sample(String name, int version, int type, ValueKind kind, String value) {
    byte[] rdb() {
      return head().text(value).raw(0).strings("next", "v").end();
    }

    private RdbBytes head() {
      return RdbBytes.ofVersion(version).raw(type).strings("key");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Sample> SAMPLES =
      List.of(
          sample("string", 9, 0, ValueKind.STRING, b -> b.strings("value")),
          sample("string, 8 bits", 9, 0, ValueKind.STRING, b -> b.raw(0xC0, 200)),
          sample("string, 32 bits", 9, 0, ValueKind.STRING, b -> b.raw(0xC2, 1, 2, 3, 4)),
          sample("string, lzf", 9, 0, ValueKind.STRING, b -> b.raw(0xC3, 4, 7, 0, 'a', 128, 0)),
          sample("list", 9, 1, ValueKind.LIST, b -> b.numbers(2).strings("a", "b")),
          sample("set", 9, 2, ValueKind.SET, b -> b.numbers(2).strings("a").raw(0xC1, 1, 2)),
          sample(
              "sorted set, digits",
              9,
              3,
              ValueKind.SORTED_SET,
              b ->
                  b.numbers(3)
                      .strings("a")
                      .text("\3" + "1.5")
                      .strings("b")
                      .raw(254)
                      .strings("c")
                      .raw(253)),
          sample("hash", 9, 4, ValueKind.HASH, b -> b.numbers(1).strings("f", "v")),
          sample(
              "sorted set, doubles",
              9,
              5,
              ValueKind.SORTED_SET,
              b -> b.numbers(1).strings("a").zeros(8)),
          sample("module", 9, 7, ValueKind.MODULE, RdbReaderTest::module),
          sample("zipmap", 9, 9, ValueKind.HASH, b -> b.strings("zipmap")),
          sample("quicklist", 9, 14, ValueKind.LIST, b -> b.numbers(1).strings("ziplist")),
          sample(
              "quicklist 2",
              10,
              18,
              ValueKind.LIST,
              b -> b.numbers(2, 1).strings("plain").numbers(2).strings("listpack")),
          sample("stream 1", 9, 15, ValueKind.STREAM, b -> stream(b, 1)),
          sample("stream 2", 10, 19, ValueKind.STREAM, b -> stream(b, 2)),
          sample("stream 3", 11, 21, ValueKind.STREAM, b -> stream(b, 3)),
          sample("stream 4", 13, 26, ValueKind.STREAM, b -> stream(b, 4)),
          sample("stream 5", 14, 27, ValueKind.STREAM, b -> stream(b, 5)),
          sample("set, listpack", 11, 20, ValueKind.SET, b -> b.strings("listpack")),
          sample(
              "expiring fields, candidate",
              12,
              22,
              ValueKind.HASH,
              b -> b.numbers(1, 1_700_000_000_000L).strings("f", "v")),
          sample("expiring listpack, candidate", 12, 23, ValueKind.HASH, b -> b.strings("lp")),
          sample(
              "expiring fields",
              12,
              24,
              ValueKind.HASH,
              b -> b.zeros(8).numbers(2, 0).strings("f", "v").numbers(70_000).strings("g", "w")),
          sample("expiring listpack", 12, 25, ValueKind.HASH, b -> b.zeros(8).strings("lp")),
          sample(
              "array",
              14,
              28,
              ValueKind.ARRAY,
              b ->
                  b.numbers(4, 1, 9, 0, 0)
                      .strings("a")
                      .numbers(1, 1)
                      .zeros(8)
                      .numbers(2, 2)
                      .zeros(8)
                      .numbers(3, 3)
                      .strings("b")),
          sample(
              "expiring fields of Valkey",
              80,
              22,
              ValueKind.HASH,
              b -> b.numbers(1).strings("f", "v").zeros(8)));

  private interface Filling {
    RdbBytes fill(RdbBytes bytes);
  }

  private static Sample sample(
      String name, int version, int type, ValueKind kind, Filling filling) {
    String rdb = new String(filling.fill(RdbBytes.ofVersion(version)).cut(), ISO_8859_1);
    return new Sample(name, version, type, kind, rdb.substring(RdbVersion.HEADER));
  }

  private static RdbBytes module(RdbBytes bytes) {
    return bytes
        .numbers(1L << 40, 1, 5, 2, 7, 3)
        .zeros(4)
        .numbers(4)
        .zeros(8)
        .numbers(5)
        .strings("blob")
        .numbers(0);
  }

  private static RdbBytes stream(RdbBytes bytes, int version) {
    bytes.numbers(1).strings("0123456789abcdef", "listpack").numbers(3, 1_700_000_000_000L, 0);
    if (version >= 2) {
      bytes.numbers(1, 1, 0, 0, 3);
    }
    bytes.numbers(1).strings("group").numbers(1, 1);
    if (version >= 2) {
      bytes.raw(0x81).zeros(7).raw(255); // entries read
    }
    bytes.numbers(2).zeros(24).numbers(1).zeros(24).numbers(2);
    bytes.numbers(1).strings("consumer").zeros(version >= 3 ? 16 : 8).numbers(1).zeros(16);
    if (version >= 5) {
      bytes.numbers(1).zeros(16);
    }
    if (version >= 4) {
      bytes.numbers(100, 10, 1).strings("producer").numbers(1).strings("id").numbers(1, 1, 5, 6);
    }
    return bytes;
  }

  @ParameterizedTest
  @FieldSource("SAMPLES")
  void everyTypeIsWalkedToItsEnd(Sample sample) throws IOException {
    assertThat(events(sample.rdb()))
        .containsExactly(
            "version " + sample.version,
            "key " + sample.kind + " " + sample.type + " " + sample.value.length(),
            "next STRING 0 2",
            "VERIFIED");
  }

  @ParameterizedTest
  @FieldSource("SAMPLES")
  void aValueIsCopiedAsItStands(Sample sample) throws IOException {
    List<byte[]> values = new ArrayList<>();
    RdbVisitor visitor =
        new RdbVisitor() {
          @Override
          public void key(RdbKey key, RdbValue value) throws IOException {
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            assertThat(value.copyTo(copy)).isEqualTo(copy.size()).isEqualTo(value.length());
            values.add(copy.toByteArray());
          }
        };
    RdbReader.read(new ByteArrayInputStream(sample.rdb()), visitor);
    assertThat(values).hasSize(2);
    assertThat(values.get(0)).isEqualTo(sample.value.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @FieldSource("SAMPLES")
  void anRdbCutAnywhereIsRefused(Sample sample) {
    byte[] rdb = sample.rdb();
    for (int length = 0; length < rdb.length; length++) {
      byte[] cut = Arrays.copyOf(rdb, length);
      assertThatIOException().isThrownBy(() -> events(cut)).withMessageContaining("at offset");
    }
  }

  @ParameterizedTest
  @FieldSource("SAMPLES")
  void noFlippedByteIsTakenForGoodOrHangs(Sample sample) {
    byte[] rdb = sample.rdb();
    Random random = new Random(3);
    for (int at = 0; at < rdb.length - 8; at++) {
      for (int round = 0; round < 4; round++) {
        byte[] flipped = rdb.clone();
        flipped[at] ^= (byte) (1 + random.nextInt(255));
        assertThatIOException().isThrownBy(() -> events(flipped));
      }
    }
  }

  @Test
  void whatStandsBeforeKeysIsTold() throws IOException {
    byte[] rdb =
        RdbBytes.ofVersion(10)
            .raw(Opcode.AUX)
            .strings("redis-bits")
            .raw(0xC0, 64)
            .raw(Opcode.FUNCTION)
            .strings("#!lua name=f")
            .raw(Opcode.MODULE_AUX)
            .numbers(0x1041_0000_0000_0400L, 2, 1, 5)
            .strings("x")
            .numbers(0)
            .raw(Opcode.SELECT_DB)
            .numbers(3)
            .raw(Opcode.RESIZE_DB)
            .numbers(2, 1)
            .raw(Opcode.SLOT_INFO)
            .numbers(1, 2, 3)
            .raw(Opcode.EXPIRE_MILLIS, 1, 2, 0, 0, 0, 0, 0, 0, Opcode.IDLE)
            .numbers(77)
            .raw(0)
            .strings("a", "v")
            .raw(Opcode.EXPIRE_SECONDS, 10, 0, 0, 0, Opcode.FREQUENCY, 200, 0, 0xC1, 57, 48, 1, 'v')
            .end();
    assertThat(events(rdb))
        .containsExactly(
            "version 10",
            "redis-bits=64",
            "function #!lua name=f",
            "module EEEAAAAAB",
            "database 3",
            "size 2 1",
            "a STRING 0 2 expires 513 idle 77",
            "12345 STRING 0 2 expires 10000 frequency 200",
            "VERIFIED");
  }

  @Test
  void aSlotThatValkeyImportsIsPassedOver() throws IOException {
    byte[] rdb =
        RdbBytes.ofVersion(80)
            .raw(Opcode.SLOT_IMPORT)
            .strings("f".repeat(40))
            .numbers(2, 0, 10, 20, 16383)
            .end();
    assertThat(events(rdb)).containsExactly("version 80", "VERIFIED");
  }

  @Test
  void whatModulesAttachToAKeyGoesIntoItsPayload() throws IOException {
    RdbBytes bytes = RdbBytes.ofVersion(13).raw(Opcode.KEY_META).numbers(1).zeros(4);
    byte[] rdb = bytes.numbers(5).strings("meta").numbers(0).raw(0).strings("key", "v").end();
    List<Integer> lengths = new ArrayList<>();
    RdbVisitor visitor =
        new RdbVisitor() {
          @Override
          public void key(RdbKey key, RdbValue value) {
            lengths.add(value.metadata().length);
          }
        };
    RdbReader.read(new ByteArrayInputStream(rdb), visitor);
    assertThat(lengths).containsExactly(13);
  }

  @Test
  void anUnknownTypeIsNamedWithItsKeyAndPlace() {
    byte[] rdb =
        RdbBytes.ofVersion(14).raw(Opcode.SELECT_DB).numbers(2).raw(99).strings("a\"\0key").end();
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessage(
            "the RDB (version 14) holds at offset 11 type 99 for the key \"a\\x22\\x00key\" of"
                + " database 2, which this library does not know: a newer server or a release"
                + " candidate wrote it, or it is damaged");
  }

  @ParameterizedTest
  @ValueSource(ints = {Opcode.FUNCTION_PRE_GA, 242, 230})
  void anUnknownOpcodeIsNamed(int opcode) {
    byte[] rdb = RdbBytes.ofVersion(10).raw(opcode).strings("a", "b").end();
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessageContaining("holds at offset 9 opcode " + opcode);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 8, 29})
  void typesThatNobodyWritesAreUnknown(int type) {
    byte[] rdb = RdbBytes.ofVersion(10).raw(type).strings("a", "b").end();
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessageContaining("type " + type + " for the key \"a\" of database 0");
  }

  @Test
  void redisTypesMeanNothingToValkey() {
    byte[] rdb = RdbBytes.ofVersion(80).raw(24).strings("a").zeros(9).end();
    assertThatIOException().isThrownBy(() -> events(rdb)).withMessageContaining("type 24");
  }

  @Test
  void damageInAValueIsSaidWithItsKey() {
    byte[] rdb = RdbBytes.ofVersion(10).raw(1).strings("list").numbers(5).strings("a").cut();
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessage(
            "the RDB is cut short: it ends at offset 18, in the value (of type 1) of key \"list\""
                + " of database 0");
  }

  @Test
  void hostileLengthsEndWhereTheInputEnds() {
    int[] huge = {0x81, 0x7F, 255, 255, 255, 255, 255, 255, 255};
    int[] negative = {0x81, 0x80, 0, 0, 0, 0, 0, 0, 0};
    int[] all = {0x81, 255, 255, 255, 255, 255, 255, 255, 255};
    int[] twoGigabytes = {0x80, 0x7F, 255, 255, 255};
    for (int[] length : List.of(huge, negative, all, twoGigabytes)) {
      Stream.of(
              start().raw(0).raw(length), // a key's name
              start().raw(Opcode.AUX).raw(length),
              start().raw(Opcode.FUNCTION).raw(length),
              start().raw(Opcode.SELECT_DB).raw(length).raw(0).raw(length),
              start().raw(0).strings("key").raw(length),
              start().raw(0).raw(0xC3).raw(length).raw(length),
              start().raw(0).raw(0xC3, 3).raw(length).raw(0, 'a', 0),
              start().raw(0).strings("key").raw(0xC3).raw(length).raw(length),
              start().raw(1).strings("key").raw(length),
              start().raw(4).strings("key").raw(length),
              start().raw(15).strings("key").raw(length),
              start().raw(15).strings("key").numbers(0, 0, 0, 0).raw(length),
              start().raw(18).strings("key").raw(length),
              start().raw(Opcode.KEY_META).raw(length))
          .forEach(rdb -> assertThatIOException().isThrownBy(() -> events(rdb.cut())));
    }
  }

  private static RdbBytes start() {
    return RdbBytes.ofVersion(10);
  }

  @Test
  void aCompressedNameCannotExpandToMoreThanItsBytesAllow() {
    byte[] rdb = start().raw(0, 0xC3, 3, 0x80, 0, 0, 1, 9, 0, 'a', 0).end(); // 265 of 3
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessageContaining("3 bytes cannot expand to 265");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x82, 0xBF})
  void aNumberOfUnknownFormIsDamage(int first) {
    byte[] rdb = start().raw(0).strings("key").raw(first).end();
    assertThatIOException().isThrownBy(() -> events(rdb)).withMessageContaining("no number begins");
  }

  @Test
  void aStringOfUnknownEncodingIsDamage() {
    byte[] rdb = start().raw(0).strings("key").raw(0xC4).end();
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessageContaining("the unknown encoding 4");
  }

  @Test
  void nothingMayFollowTheEnd() {
    byte[] rdb = Arrays.copyOf(start().end(), 19);
    assertThatIOException()
        .isThrownBy(() -> events(rdb))
        .withMessageContaining("something follows the end-of-file mark");
  }

  @Test
  void namesLongerThanABufferAreWhole() throws IOException {
    String name = "name".repeat(100_000);
    byte[] rdb = start().raw(0).strings(name, "v").end();
    assertThat(events(rdb)).contains(name + " STRING 0 2");
  }

  @Test
  void aValueIsReadOnceAndOnlyWhileItIsThere() throws IOException {
    byte[] rdb = start().raw(0).strings("key", "v").end();
    List<RdbValue> kept = new ArrayList<>();
    RdbVisitor visitor =
        new RdbVisitor() {
          @Override
          public void key(RdbKey key, RdbValue value) {
            assertThatIllegalStateException().isThrownBy(value::length);
            kept.add(value);
          }
        };
    RdbReader.read(new ByteArrayInputStream(rdb), visitor);
    assertThat(kept.get(0).length()).isEqualTo(2);
    assertThatIllegalStateException().isThrownBy(kept.get(0)::skip);
  }

  @Test
  void aSinksFailureCannotBeForgotten() {
    byte[] rdb = start().raw(0).strings("key", "v").end();
    RdbVisitor visitor =
        new RdbVisitor() {
          @Override
          public void key(RdbKey key, RdbValue value) {
            assertThatIOException()
                .isThrownBy(() -> value.copyTo(new FailingOutput()))
                .withMessage("full");
          }
        };
    assertThatThrownBy(() -> RdbReader.read(new ByteArrayInputStream(rdb), visitor))
        .isInstanceOf(IllegalStateException.class);
  }

  private static final class FailingOutput extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      throw new IOException("full");
    }
  }
}
