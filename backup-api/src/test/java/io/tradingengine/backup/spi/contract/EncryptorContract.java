package io.tradingengine.backup.spi.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Encryptor.Sealer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Encryptor} must do. An encryptor's test inherits these; that of one which has
 * keys inherits {@link KeyedEncryptorContract}.
 */
public abstract class EncryptorContract {
  /** The name of the object that messages become. */
  protected static final String KEY = "full-20240115-020000/postgres/base-000001.tar.zst";

  /** Where blocks, length headers and parts of formats begin and end, and those beside. */
  private static final int[] BORDERS = {0, 16, 192, 512, 4096, 8192, 8384, 65536, 131072, 1 << 20};

  private Encryptor encryptor;

  /** For subclasses. */
  protected EncryptorContract() {}

  /** An encryptor that can decrypt what it has encrypted; always with the same keys. */
  protected abstract Encryptor open() throws Exception;

  @BeforeEach
  final void openEncryptor() throws Exception {
    encryptor = open();
  }

  /** The encryptor of this test. */
  protected final Encryptor encryptor() {
    return encryptor;
  }

  @Test
  void whatWasEncryptedComesBackAtEverySize() throws IOException {
    Sealer sealer = encryptor.newSealer();
    for (int border : BORDERS) {
      for (int size = Math.max(0, border - 2); size <= border + 2; size++) {
        byte[] plain = random(size);
        assertThat(decrypt(encryptor, encrypt(sealer, plain))).as("size %d", size).isEqualTo(plain);
      }
    }
  }

  @Test
  void anotherInstanceWithTheSameKeysDecrypts() throws Exception {
    byte[] message = encrypt(encryptor.newSealer(), random(1000));
    assertThat(decrypt(open(), message)).isEqualTo(random(1000));
  }

  @Test
  void howTheBytesAreWrittenMakesNoDifference() throws IOException {
    byte[] plain = random(200_000);
    for (int step : new int[] {1, 7, 16, 1000, 65535, 65536, 65537, 131073}) {
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      try (OutputStream out = encryptor.newSealer().encrypt(message, KEY)) {
        for (int at = 0; at < plain.length; at += step) {
          if (step == 1) {
            out.write(plain[at]);
          } else {
            out.write(plain, at, Math.min(step, plain.length - at));
          }
        }
      }
      assertThat(decrypt(encryptor, message.toByteArray())).as("step %d", step).isEqualTo(plain);
    }
  }

  @Test
  void whatRemainsInABufferOfAnyKindIsTheMessageAndIsConsumed() throws IOException {
    byte[] message = encrypt(encryptor.newSealer(), random(1000));
    ByteBuffer inTheMiddle = ByteBuffer.allocate(message.length + 30).position(10).put(message);
    ByteBuffer direct = ByteBuffer.allocateDirect(message.length).put(message);
    for (ByteBuffer buffer :
        List.of(
            inTheMiddle.flip().position(10),
            direct.flip(),
            ByteBuffer.wrap(message).asReadOnlyBuffer())) {
      assertThat(encryptor.decrypt(buffer, KEY)).isEqualTo(ByteBuffer.wrap(random(1000)));
      assertThat(buffer.hasRemaining()).isFalse();
    }
  }

  @Test
  void closingEndsTheMessageOnceAndLeavesTheStreamBelowOpen() throws IOException {
    boolean[] closed = {false};
    ByteArrayOutputStream below =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    OutputStream out = encryptor.newSealer().encrypt(below, KEY);
    out.write(random(1000));
    out.close();
    byte[] message = below.toByteArray();
    out.close();
    assertThat(closed).containsExactly(false);
    assertThat(below.toByteArray()).isEqualTo(message);
    assertThat(decrypt(encryptor, message)).isEqualTo(random(1000));
  }

  @Test
  void everyMessageOfASealerDecryptsByItself() throws IOException {
    Sealer sealer = encryptor.newSealer();
    List<byte[]> messages = new ArrayList<>();
    for (int size = 0; size < 5; size++) {
      messages.add(encrypt(sealer, random(size * 1000)));
    }
    for (int size = 4; size >= 0; size--) {
      assertThat(decrypt(encryptor, messages.get(size))).isEqualTo(random(size * 1000));
    }
  }

  @Test
  void manyThreadsShareASealerAndAnEncryptor() throws Exception {
    Sealer shared = encryptor.newSealer();
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      int number = thread;
      tasks.add(
          () -> {
            for (int i = 0; i < 30; i++) {
              byte[] plain = random(5000 * number + i);
              Sealer sealer = i % 2 == 0 ? shared : encryptor.newSealer();
              assertThat(decrypt(encryptor, encrypt(sealer, plain))).isEqualTo(plain);
            }
            return null;
          });
    }
    Concurrently.run(tasks);
  }

  @Test
  void theSuffixCanEndANameAndStaysTheSame() throws Exception {
    assertThat(encryptor.suffix()).matches("(\\.[a-z0-9]+)?").isEqualTo(open().suffix());
  }

  @Test
  void whatDecryptsSaysSo() {
    assertThat(encryptor.canDecrypt()).isTrue();
  }

  @Test
  void whatItSignsItAccepts() {
    byte[] document = "{\"format\": 1}".getBytes(UTF_8);
    assertThatCode(() -> encryptor.verify(document, encryptor.sign(document), "manifest.json"))
        .doesNotThrowAnyException();
  }

  /** A whole message. */
  protected static byte[] encrypt(Sealer sealer, byte[] plain) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try (OutputStream out = sealer.encrypt(message, KEY)) {
      out.write(plain);
    }
    return message.toByteArray();
  }

  /** What a message says; the array is not changed. */
  protected static byte[] decrypt(Encryptor encryptor, byte[] message) {
    ByteBuffer plain = encryptor.decrypt(ByteBuffer.wrap(message.clone()), KEY);
    byte[] bytes = new byte[plain.remaining()];
    plain.get(bytes);
    return bytes;
  }

  /** Bytes that are always the same for a size. */
  protected static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
