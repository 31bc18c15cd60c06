package io.tradingengine.backup.core.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmallObjectsTest {
  private static final XorEncryptor XOR = new XorEncryptor(9);
  private static final byte[] BYTES = Samples.bytes(50_000, 1);

  @ParameterizedTest
  @ValueSource(strings = {"b/index.json.zst.xor", "b/index.json.gz.xor", "b/index.json.xor"})
  void whatWasEncodedIsDecoded(String name) throws Exception {
    ObjectKey key = new ObjectKey(name);
    for (byte[] bytes : new byte[][] {BYTES, new byte[0], new byte[1]}) {
      Content content = SmallObjects.encode(bytes, key, XOR);
      assertThat(decode(content, key, bytes.length)).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"b/index.json.zst.xor", "b/index.json.gz.xor", "b/index.json.xor"})
  void moreThanTheLimitIsRefused(String name) throws Exception {
    ObjectKey key = new ObjectKey(name);
    Content content = SmallObjects.encode(BYTES, key, XOR);
    assertThatThrownBy(() -> decode(content, key, BYTES.length - 1))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("49999");
    Content huge = SmallObjects.encode(Samples.noise(3 << 20), key, XOR);
    assertThatThrownBy(() -> decode(huge, key, 1000))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"b/index.json.zst.xor", "b/index.json.gz.xor"})
  void damageIsNamed(String name) throws Exception {
    ObjectKey key = new ObjectKey(name);
    byte[] stored = SmallObjects.encode(BYTES, key, XOR).open().readAllBytes();
    byte[] flipped = stored.clone();
    flipped[stored.length / 2] ^= 1;
    assertThatThrownBy(() -> decode(Content.of(flipped), key, BYTES.length))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(name);
    byte[] cut = Arrays.copyOf(stored, stored.length - 3);
    assertThatThrownBy(() -> decode(Content.of(cut), key, BYTES.length))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(name);
  }

  @Test
  void encryptionHasToBeTheOneOfTheName() {
    ObjectKey key = new ObjectKey("b/index.json.zst");
    assertThatThrownBy(() -> SmallObjects.encode(BYTES, key, XOR))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(".xor is expected");
  }

  private static byte[] decode(Content content, ObjectKey key, int limit) throws IOException {
    try (var in = new ByteArrayInputStream(content.open().readAllBytes())) {
      return SmallObjects.decode(in, key, XOR, limit);
    }
  }
}
