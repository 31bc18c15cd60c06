package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Key pairs of our own making, each made once a test run: RSA takes seconds. */
record TestKeys(Path publicKey, Path secretKey) {
  static final String PASSPHRASE = "correct horse Batterie Äpfel";

  private static final Map<String, TestKeys> MADE = new ConcurrentHashMap<>();

  static TestKeys rsa() {
    return of(OpenPgp.KeyAlgorithm.RSA_4096, "rsa");
  }

  static TestKeys curve() {
    return of(OpenPgp.KeyAlgorithm.CURVE_25519, "curve");
  }

  static TestKeys other() {
    return of(OpenPgp.KeyAlgorithm.CURVE_25519, "other");
  }

  /** The beginning of the owner's address, which gpg finds the key by. */
  String mail() {
    return publicKey.getFileName().toString().replace("-public.asc", "@");
  }

  private static TestKeys of(OpenPgp.KeyAlgorithm algorithm, String name) {
    return MADE.computeIfAbsent(name, unused -> make(algorithm, name));
  }

  private static TestKeys make(OpenPgp.KeyAlgorithm algorithm, String name) {
    try {
      Path folder = Files.createTempDirectory("openpgp-keys");
      TestKeys keys =
          new TestKeys(folder.resolve(name + "-public.asc"), folder.resolve(name + "-secret.asc"));
      OpenPgpKeyPairs.generate(
          new OpenPgp.KeyPairRequest(
              "Backup " + name + " <" + name + "@trading-engine.local>",
              algorithm,
              Secret.of(PASSPHRASE),
              keys.publicKey,
              keys.secretKey));
      for (Path each : List.of(keys.publicKey, keys.secretKey, folder)) {
        each.toFile().deleteOnExit();
      }
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Settings decryption() {
    return Settings.of("openpgp")
        .at("decryption")
        .with("secret-key", secretKey)
        .with("passphrase", Secret.of(PASSPHRASE));
  }

  Settings encryption() {
    return encryptionTo(publicKey);
  }

  static Settings encryptionTo(Path... files) {
    return Settings.of("openpgp").at("encryption").with("recipients", List.of(files));
  }

  /** Encrypts to this key and decrypts with it. */
  Encryptor open() {
    return open(encryption(), Optional.of(decryption()));
  }

  static Encryptor open(Settings encryption, Optional<Settings> decryption) {
    return new OpenPgpEncryptorProvider().open(encryption, decryption);
  }

  static byte[] encrypt(Encryptor encryptor, byte[] plain) throws IOException {
    return encrypt(encryptor.newSealer(), plain);
  }

  static byte[] encrypt(Encryptor.Sealer sealer, byte[] plain) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try (OutputStream out = sealer.encrypt(message, "object")) {
      out.write(plain);
    }
    return message.toByteArray();
  }

  static byte[] decrypt(Encryptor encryptor, byte[] message) {
    ByteBuffer plain = encryptor.decrypt(ByteBuffer.wrap(message.clone()), "object");
    byte[] bytes = new byte[plain.remaining()];
    plain.get(bytes);
    return bytes;
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
