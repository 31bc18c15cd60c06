package io.tradingengine.backup.core.openpgp;

import static io.tradingengine.backup.core.openpgp.TestKeys.decrypt;
import static io.tradingengine.backup.core.openpgp.TestKeys.encrypt;
import static io.tradingengine.backup.core.openpgp.TestKeys.random;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Encryptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.junit.jupiter.api.Test;

class MessageTest {
  private final TestKeys keys = TestKeys.curve();
  private final Encryptor encryptor = keys.open();
  private final PGPKeyPair pair =
      SecretKeyFile.read(keys.secretKey(), Optional.of(TestKeys.PASSPHRASE), "passphrase")
          .decryptionKeys()
          .get(0);

  /** Around every border: blocks of 16, length headers of 1, 2 and 5 bytes, parts of 65536. */
  private static List<Integer> sizes() {
    TreeSet<Integer> sizes = new TreeSet<>();
    for (int border :
        new int[] {0, 16, 32, 48, 128, 192, 512, 8 * 1024, 8384, 16 * 1024, 32 * 1024}) {
      IntStream.rangeClosed(border - 26, border + 18).forEach(sizes::add);
    }
    for (int border : new int[] {65536, 131072}) {
      IntStream.rangeClosed(border - 74, border + 20).forEach(sizes::add);
    }
    sizes.add(5_000_000);
    return List.copyOf(sizes.tailSet(0));
  }

  /** Some of them, spread evenly. */
  private static List<Integer> fewSizes() {
    List<Integer> all = sizes();
    return IntStream.range(0, all.size()).filter(i -> i % 7 == 0).mapToObj(all::get).toList();
  }

  @Test
  void whatWasEncryptedComesBackAtEverySize() throws IOException {
    Encryptor.Sealer sealer = encryptor.newSealer();
    for (int size : sizes()) {
      byte[] plain = random(size);
      assertThat(decrypt(encryptor, encrypt(sealer, plain))).as("size %d", size).isEqualTo(plain);
    }
  }

  @Test
  void bouncyCastleReadsOurMessagesAtEverySize() throws Exception {
    Encryptor.Sealer sealer = encryptor.newSealer();
    for (int size : sizes()) {
      byte[] plain = random(size);
      assertThat(decryptWithBouncyCastle(encrypt(sealer, plain)))
          .as("size %d", size)
          .isEqualTo(plain);
    }
  }

  @Test
  void bouncyCastlesMessagesAreReadAtEverySizeWithPartialAndWithKnownLengths() throws Exception {
    for (int size : fewSizes()) {
      byte[] plain = random(size);
      for (int buffer : new int[] {0, 512, 1 << 16, 1 << 20}) {
        assertThat(decrypt(encryptor, encryptWithBouncyCastle(plain, buffer)))
            .as("size %d, parts of %d", size, buffer)
            .isEqualTo(plain);
      }
    }
  }

  @Test
  void messagesOfOneSealerShareTheirKeyPacketsAndNothingElse() throws IOException {
    Encryptor.Sealer sealer = encryptor.newSealer();
    byte[] plain = new byte[64];
    byte[] one = encrypt(sealer, plain);
    byte[] two = encrypt(sealer, plain);
    int data = one.length - Packet.PREFIX - 8 - plain.length - Packet.DETECTION_CODE;
    assertThat(Arrays.copyOf(two, data)).isEqualTo(Arrays.copyOf(one, data));
    assertThat(Arrays.copyOfRange(two, data, two.length))
        .isNotEqualTo(Arrays.copyOfRange(one, data, one.length));
    byte[] three = encrypt(encryptor.newSealer(), plain);
    assertThat(Arrays.copyOf(three, data)).isNotEqualTo(Arrays.copyOf(one, data));
  }

  @Test
  void decryptionHappensInTheMessagesOwnArrayAndConsumesIt() throws IOException {
    byte[] message = encrypt(encryptor, random(1000));
    byte[] array = new byte[message.length + 30];
    System.arraycopy(message, 0, array, 10, message.length);
    ByteBuffer buffer = ByteBuffer.wrap(array, 10, message.length);
    ByteBuffer plain = encryptor.decrypt(buffer, "object");
    byte first = plain.get(0);
    array[plain.arrayOffset()] ^= 1;
    assertThat(plain.get(0)).isEqualTo((byte) (first ^ 1));
    array[plain.arrayOffset()] ^= 1;
    assertThat(buffer.hasRemaining()).isFalse();
    assertThat(plain).isEqualTo(ByteBuffer.wrap(random(1000)));
    assertThat(Arrays.copyOf(array, 10)).containsOnly(0);
    assertThat(Arrays.copyOfRange(array, array.length - 20, array.length)).containsOnly(0);
  }

  @Test
  void noFlippedBitEverChangesWhatComesOut() throws IOException {
    byte[] plain = "the plain text that must not get out".getBytes(UTF_8);
    byte[] message = encrypt(encryptor, plain);
    int data = message.length - Packet.PREFIX - 8 - plain.length - Packet.DETECTION_CODE - 3;
    for (int bit = 0; bit < message.length * 8; bit++) {
      byte[] damaged = message.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      try {
        // The encrypted session key has bits that mean nothing, but the data has none.
        assertThat(decrypt(encryptor, damaged)).as("bit %d", bit).isEqualTo(plain);
        assertThat(bit / 8).isLessThan(data);
      } catch (IntegrityException e) {
        assertThat(e).hasMessageStartingWith("object: ");
      }
    }
  }

  @Test
  void aFlippedBitInALongMessageIsFoundWhereverItIs() throws IOException {
    byte[] message = encrypt(encryptor, random(300_000));
    for (int at = 0; at < message.length; at += 9_973) {
      byte[] damaged = message.clone();
      damaged[at] ^= 0x10;
      assertThatThrownBy(() -> encryptor.decrypt(ByteBuffer.wrap(damaged), "object"))
          .isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void aTruncatedMessageIsFoundAtEveryLength() throws IOException {
    byte[] message = encrypt(encryptor, random(300));
    for (int length = 0; length < message.length; length++) {
      ByteBuffer truncated = ByteBuffer.wrap(message.clone(), 0, length);
      assertThatThrownBy(() -> encryptor.decrypt(truncated, "object"))
          .as("length %d", length)
          .isInstanceOf(IntegrityException.class);
    }
    byte[] big = encrypt(encryptor, random(200_000));
    for (int length = 1; length < big.length; length += 997) {
      ByteBuffer truncated = ByteBuffer.wrap(big.clone(), 0, length);
      assertThatThrownBy(() -> encryptor.decrypt(truncated, "object"))
          .isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void aMessageThatWasNotClosedDoesNotDecrypt() throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    OutputStream out = encryptor.newSealer().encrypt(message, "object");
    out.write(random(200_000));
    assertThatThrownBy(() -> decrypt(encryptor, message.toByteArray()))
        .isInstanceOf(IntegrityException.class);
    out.close();
    assertThat(decrypt(encryptor, message.toByteArray())).isEqualTo(random(200_000));
    int length = message.size();
    out.close();
    assertThat(message.size()).isEqualTo(length);
    assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
  }

  @Test
  void afterAFailedWriteClosingDoesNotCompleteTheMessage() throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) {
            message.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 1000) {
              throw new IOException("no space left");
            }
            message.write(bytes, offset, length);
          }
        };
    OutputStream out = encryptor.newSealer().encrypt(full, "object");
    assertThatThrownBy(() -> out.write(random(200_000))).hasMessage("no space left");
    int length = message.size();
    out.close();
    assertThat(message.size()).isEqualTo(length);
  }

  @Test
  void everyRecipientCanDecrypt() throws IOException {
    Path[] all = {
      TestKeys.rsa().publicKey(), TestKeys.curve().publicKey(), TestKeys.other().publicKey()
    };
    byte[] message =
        encrypt(TestKeys.open(TestKeys.encryptionTo(all), Optional.empty()), random(9));
    for (TestKeys each : List.of(TestKeys.rsa(), TestKeys.curve(), TestKeys.other())) {
      assertThat(decrypt(each.open(), message)).isEqualTo(random(9));
    }
  }

  @Test
  void manyThreadsDecryptMessagesOfSeveralArtifacts() throws Exception {
    List<byte[]> plains = new ArrayList<>();
    List<byte[]> messages = new ArrayList<>();
    for (int artifact = 0; artifact < 20; artifact++) {
      Encryptor.Sealer sealer = encryptor.newSealer();
      for (int volume = 0; volume < 20; volume++) {
        byte[] plain = random(1_000 * artifact + volume);
        plains.add(plain);
        messages.add(encrypt(sealer, plain));
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<byte[]>> results = new ArrayList<>();
      for (byte[] message : messages) {
        results.add(threads.submit(() -> decrypt(encryptor, message)));
      }
      for (int i = 0; i < plains.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(plains.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aWrongKeyIsToldApartFromDamage() throws IOException {
    byte[] message = encrypt(TestKeys.other().open(), random(9));
    String theirs = encryptionKeyId(TestKeys.other());
    String ours = encryptionKeyId(keys);
    assertThatThrownBy(() -> decrypt(encryptor, message))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("is encrypted to key " + theirs)
        .hasMessageContaining("the secret key at hand is key " + ours)
        .hasMessageContaining("HINT");
  }

  private static String encryptionKeyId(TestKeys keys) {
    return SecretKeyFile.read(keys.secretKey(), Optional.of(TestKeys.PASSPHRASE), "passphrase")
        .decryptionKeys()
        .stream()
        .map(pair -> "%016X".formatted(pair.getKeyIdentifier().getKeyId()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withoutASecretKeyNothingIsDecrypted() throws IOException {
    Encryptor publicOnly = TestKeys.open(keys.encryption(), Optional.empty());
    assertThat(publicOnly.canDecrypt()).isFalse();
    assertThat(encryptor.canDecrypt()).isTrue();
    byte[] message = encrypt(publicOnly, random(9));
    assertThatThrownBy(() -> decrypt(publicOnly, message))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("set secret-key of the decryption section");
    assertThat(decrypt(encryptor, message)).isEqualTo(random(9));
  }

  @Test
  void hostilePacketsEndInAnIntegrityException() throws IOException {
    byte[] message = encrypt(encryptor, random(100));
    for (int at = 0; at < 40; at++) {
      for (int value = 0; value < 256; value += 5) {
        byte[] hostile = message.clone();
        hostile[at] = (byte) value;
        try {
          encryptor.decrypt(ByteBuffer.wrap(hostile), "object");
        } catch (IntegrityException e) {
          assertThat(e.objectKey()).isEqualTo("object");
        }
      }
    }
    for (int seed = 0; seed < 500; seed++) {
      byte[] noise = random(seed);
      assertThatThrownBy(() -> encryptor.decrypt(ByteBuffer.wrap(noise), "object"))
          .isInstanceOf(IntegrityException.class);
    }
  }

  private byte[] encryptWithBouncyCastle(byte[] plain, int buffer) throws Exception {
    PGPEncryptedDataGenerator generator =
        new PGPEncryptedDataGenerator(
            new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256)
                .setWithIntegrityPacket(true));
    generator.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(pair.getPublicKey()));
    ByteArrayOutputStream literal = new ByteArrayOutputStream();
    PGPLiteralDataGenerator literals = new PGPLiteralDataGenerator();
    try (OutputStream out =
        buffer == 0
            ? literals.open(
                literal, PGPLiteralData.BINARY, "a name", plain.length, PGPLiteralData.NOW)
            : literals.open(
                literal, PGPLiteralData.BINARY, "", PGPLiteralData.NOW, new byte[buffer])) {
      out.write(plain);
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try (OutputStream out =
        buffer == 0
            ? generator.open(message, literal.size())
            : generator.open(message, new byte[buffer])) {
      literal.writeTo(out);
    }
    return message.toByteArray();
  }

  private byte[] decryptWithBouncyCastle(byte[] message) throws Exception {
    PGPEncryptedDataList list = new PGPEncryptedDataList(message);
    PGPPublicKeyEncryptedData data = (PGPPublicKeyEncryptedData) list.get(0);
    try (InputStream packets = data.getDataStream(new BcPublicKeyDataDecryptorFactory(pair))) {
      PGPLiteralData literal = (PGPLiteralData) new BcPGPObjectFactory(packets).nextObject();
      byte[] plain = literal.getInputStream().readAllBytes();
      assertThat(data.verify()).isTrue();
      return plain;
    }
  }
}
