package io.tradingengine.backup.spi.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Encryptor.Sealer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link Encryptor} that has keys must do beside what all do. */
public abstract class KeyedEncryptorContract extends EncryptorContract {
  private static final byte[] DOCUMENT = "{\"format\": 1}".getBytes(UTF_8);
  private static final String NAME = "full-20240115-020000/manifest.json";

  /** For subclasses. */
  protected KeyedEncryptorContract() {}

  /** One with other keys, which is not meant to read what {@link #open} has written. */
  protected abstract Encryptor openForeign() throws Exception;

  /** One that encrypts to the keys of {@link #open}, and has none that decrypts. */
  protected abstract Encryptor openWithoutSecretKey() throws Exception;

  /** One that signs, and accepts only what it has signed itself. */
  protected abstract Encryptor openSigning() throws Exception;

  /** One that signs with another key. */
  protected abstract Encryptor openForeignSigning() throws Exception;

  @Test
  void nothingOfThePlainTextIsInAMessage() throws IOException {
    String secret = "nobody may read this";
    byte[] message = encrypt(encryptor().newSealer(), secret.repeat(5000).getBytes(UTF_8));
    assertThat(new String(message, ISO_8859_1)).doesNotContain(secret);
  }

  @Test
  void messagesAreIndependentEvenOfOneSealerAndOnePlainText() throws IOException {
    byte[] plain = new byte[64];
    Sealer sealer = encryptor().newSealer();
    byte[] one = encrypt(sealer, plain);
    byte[] two = encrypt(sealer, plain);
    int end = Math.min(one.length, two.length);
    assertThat(Arrays.copyOfRange(two, end - plain.length, end))
        .isNotEqualTo(Arrays.copyOfRange(one, end - plain.length, end));
  }

  @Test
  void noChangedByteChangesWhatComesOut() throws IOException {
    byte[] plain = random(20_000);
    byte[] message = encrypt(encryptor().newSealer(), plain);
    int refused = 0;
    int tried = 0;
    for (int at = 0; at < message.length; at += at < 1000 ? 1 : 997) {
      byte[] damaged = message.clone();
      damaged[at] ^= 0x10;
      tried++;
      try {
        // A format may have bits that mean nothing, but none of them is in the data.
        assertThat(decrypt(encryptor(), damaged)).as("byte %d", at).isEqualTo(plain);
      } catch (IntegrityException e) {
        assertThat(e.objectKey()).isEqualTo(KEY);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(tried / 2);
  }

  @Test
  void aTruncatedMessageIsRefusedAtEveryLength() throws IOException {
    byte[] message = encrypt(encryptor().newSealer(), random(300));
    for (int length = 0; length < message.length; length++) {
      byte[] truncated = Arrays.copyOf(message, length);
      assertRefused(() -> decrypt(encryptor(), truncated), KEY);
    }
  }

  @Test
  void bytesAfterTheMessageAreRefused() throws IOException {
    byte[] message = encrypt(encryptor().newSealer(), random(300));
    assertRefused(() -> decrypt(encryptor(), Arrays.copyOf(message, message.length + 1)), KEY);
    byte[] twice = Arrays.copyOf(message, message.length * 2);
    System.arraycopy(message, 0, twice, message.length, message.length);
    assertRefused(() -> decrypt(encryptor(), twice), KEY);
  }

  @Test
  void aMessageThatWasNotClosedIsRefused() throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    encryptor().newSealer().encrypt(message, KEY).write(random(200_000));
    assertRefused(() -> decrypt(encryptor(), message.toByteArray()), KEY);
  }

  @Test
  void whatIsNoMessageIsRefused() {
    for (int size = 0; size < 300; size += 7) {
      byte[] noise = random(size);
      assertRefused(() -> decrypt(encryptor(), noise), KEY);
    }
  }

  @Test
  void anotherKeyDoesNotDecrypt() throws Exception {
    byte[] message = encrypt(encryptor().newSealer(), random(1000));
    Encryptor foreign = openForeign();
    assertThat(foreign.canDecrypt()).isTrue();
    assertRefused(() -> decrypt(foreign, message), KEY);
  }

  @Test
  void withoutASecretKeyItEncryptsAllTheSameAndSaysThatItCannotDecrypt() throws Exception {
    Encryptor publicOnly = openWithoutSecretKey();
    byte[] message = encrypt(publicOnly.newSealer(), random(1000));
    assertThat(publicOnly.canDecrypt()).isFalse();
    assertThatThrownBy(() -> decrypt(publicOnly, message))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(KEY);
    assertThat(decrypt(encryptor(), message)).isEqualTo(random(1000));
  }

  @Test
  void onlyATrustedSignatureOfTheVeryDocumentIsAccepted() throws Exception {
    Encryptor signing = openSigning();
    Optional<byte[]> signature = signing.sign(DOCUMENT);
    assertThat(signature).isPresent();
    assertThatCode(() -> signing.verify(DOCUMENT, signature, NAME)).doesNotThrowAnyException();

    byte[] other = "{\"format\": 2}".getBytes(UTF_8);
    Optional<byte[]> foreign = openForeignSigning().sign(DOCUMENT);
    assertRefused(() -> signing.verify(other, signature, NAME), NAME);
    assertRefused(() -> signing.verify(DOCUMENT, foreign, NAME), NAME);
    assertRefused(() -> signing.verify(DOCUMENT, Optional.empty(), NAME), NAME);
    assertRefused(() -> signing.verify(DOCUMENT, Optional.of(random(200)), NAME), NAME);
  }

  private static void assertRefused(ThrowingCallable call, String objectKey) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            IntegrityException.class, e -> assertThat(e.objectKey()).isEqualTo(objectKey));
  }
}
