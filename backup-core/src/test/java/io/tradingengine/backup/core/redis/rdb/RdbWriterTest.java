package io.tradingengine.backup.core.redis.rdb;

import static io.tradingengine.backup.core.redis.rdb.RdbBytes.events;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RdbWriterTest {
  private static final RdbVersion VERSION = new RdbVersion(10);

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private RdbWriter writer;

  @BeforeEach
  void start() throws IOException {
    writer = RdbWriter.start(out, VERSION);
  }

  @Test
  void anRdbIsComposedOfPieces() throws IOException {
    writer.auxiliary("redis-ver", "7.0.15");
    writer.functions(functions("#!lua name=a", "#!lua name=b"));
    writer.key(key(0, "a"), string("1"));
    writer.key(key(0, "b").expiringAt(513), string("2"));
    writer.key(key(70_000, "c"), string("3"));
    assertThat(writer.finish()).isEqualTo(out.size());
    assertThat(events(out.toByteArray()))
        .containsExactly(
            "version 10",
            "redis-ver=7.0.15",
            "function #!lua name=a",
            "function #!lua name=b",
            "database 0",
            "a STRING 0 2",
            "b STRING 0 2 expires 513",
            "database 70000",
            "c STRING 0 2",
            "VERIFIED");
  }

  @Test
  void anEmptyRdbIsWhole() throws IOException {
    writer.finish();
    assertThat(events(out.toByteArray())).containsExactly("version 10", "VERIFIED");
  }

  @Test
  void whatAReaderTellsOfAKeyIsWrittenAgain() throws IOException {
    byte[] rdb =
        RdbBytes.ofVersion(13)
            .raw(Opcode.SELECT_DB, 1, Opcode.EXPIRE_MILLIS, 1, 2, 3, 4, 0, 0, 0, 0)
            .raw(Opcode.IDLE, 9, Opcode.FREQUENCY, 200, Opcode.KEY_META, 1, 1, 2, 3, 4, 5)
            .strings("meta")
            .raw(0, 0)
            .strings("key", "value")
            .end();
    writer = RdbWriter.start(out, new RdbVersion(13));
    RdbReader.read(new ByteArrayInputStream(rdb), new Copying());
    writer.finish();
    assertThat(out.toByteArray()).isEqualTo(rdb);
  }

  private final class Copying implements RdbVisitor {
    @Override
    public void key(RdbKey key, RdbValue value) throws IOException {
      try (DumpPayload dump = DumpPayload.of(value, DumpPayload.Room.in(folder))) {
        writer.key(key, dump.open(), dump.length());
      }
    }
  }

  @Test
  void aDamagedDumpIsRefusedWithItsKey() throws IOException {
    for (int bit = 0; bit < 8 * string("value").length; bit++) {
      byte[] dump = string("value");
      dump[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatIOException()
          .isThrownBy(() -> writer.key(key(3, "k"), dump))
          .withMessageContaining("the DUMP of key \"k\" of database 3 is");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 10})
  void aDumpCutShortIsRefused(int length) {
    assertThatIOException()
        .isThrownBy(() -> writer.key(key(0, "k"), new byte[length]))
        .withMessageContaining("cut short");
    if (length < 10) {
      assertThatIOException().isThrownBy(() -> DumpPayload.check(new byte[length]));
    }
  }

  @Test
  void aStreamShorterThanSaidIsRefused() throws IOException {
    byte[] dump = string("value");
    assertThatIOException()
        .isThrownBy(() -> writer.key(key(0, "k"), new ByteArrayInputStream(dump), dump.length + 1L))
        .withMessageContaining("cut short");
  }

  @Test
  void aDumpOfANewerServerDoesNotFit() throws IOException {
    byte[] dump = payload("v", new RdbVersion(11));
    assertThat(DumpPayload.check(dump)).isEqualTo(new RdbVersion(11));
    assertThatIOException()
        .isThrownBy(() -> writer.key(key(0, "k"), dump))
        .withMessageContaining("was the server replaced meanwhile?");
  }

  @Test
  void aDumpOfAnOlderServerFits() throws IOException {
    writer.key(key(0, "k"), payload("v", new RdbVersion(9)));
    writer.finish();
    assertThat(events(out.toByteArray())).contains("k STRING 0 2");
  }

  @Test
  void whatIsNoFunctionDumpIsRefused() throws IOException {
    byte[] dump = string("value");
    assertThatIOException()
        .isThrownBy(() -> writer.functions(dump))
        .withMessage("the FUNCTION DUMP begins with 0");
    byte[] damaged = functions("#!lua name=a");
    damaged[3] ^= 1;
    assertThatIOException()
        .isThrownBy(() -> writer.functions(damaged))
        .withMessageContaining("checksum");
  }

  @Test
  void numbersOfEverySizeAreReadBack() throws IOException {
    long[] numbers = {0, 63, 64, 16383, 16384, 0xFFFF_FFFFL, 0x1_0000_0000L, -1};
    RdbBytes bytes = RdbBytes.ofVersion(10).numbers(numbers);
    byte[] end = bytes.end();
    RdbInput in = new RdbInput(new ByteArrayInputStream(end), 7, "the test");
    in.skip(RdbVersion.HEADER);
    List<Long> read = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      read.add(in.number());
    }
    assertThat(read.stream().mapToLong(each -> each).toArray()).isEqualTo(numbers);
    assertThat(in.offset()).isEqualTo(9 + 1 + 1 + 2 + 2 + 5 + 5 + 9 + 9);
  }

  private static RdbKey key(int database, String name) {
    return RdbKey.of(database, name.getBytes(US_ASCII));
  }

  private byte[] functions(String... codes) throws IOException {
    List<byte[]> libraries = new ArrayList<>();
    for (String code : codes) {
      libraries.add(code.getBytes(US_ASCII));
    }
    try (DumpPayload dump =
        DumpPayload.ofFunctions(libraries, VERSION, DumpPayload.Room.in(folder))) {
      return dump.open().readAllBytes();
    }
  }

  private static byte[] string(String value) {
    return payload(value, VERSION);
  }

  /** As a server would make it. */
  private static byte[] payload(String value, RdbVersion version) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      RdbOutput body = new RdbOutput(bytes, 100);
      body.write(0);
      body.string(value.getBytes(US_ASCII));
      body.littleEndian(version.number(), 2);
      body.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
