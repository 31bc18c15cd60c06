package io.tradingengine.backup.core.openpgp;

import static io.tradingengine.backup.core.openpgp.TestKeys.decrypt;
import static io.tradingengine.backup.core.openpgp.TestKeys.encrypt;
import static io.tradingengine.backup.core.openpgp.TestKeys.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.support.Oracles;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gpg writes we read, and the other way round. */
class GpgTest {
  private static final int[] SIZES = {
    0, 1, 15, 16, 17, 500, 8_400, 65_486, 65_487, 65_488, 65_529, 65_530, 65_531, 65_535, 65_536,
    65_537, 131_017, 131_018, 131_060, 131_061, 131_072, 131_073, 3_000_000
  };

  private static Gpg gpg;
  @TempDir Path folder;

  @BeforeAll
  static void importKeys() throws IOException {
    gpg = new Gpg();
    gpg.importSecret(TestKeys.rsa());
    gpg.importSecret(TestKeys.curve());
  }

  @AfterAll
  static void stop() throws IOException {
    if (gpg != null) {
      gpg.close();
    }
  }

  private static List<String> decryptCommand() {
    return new ArrayList<>(List.of("--passphrase", TestKeys.PASSPHRASE, "--decrypt-files"));
  }

  @Test
  void gpgDecryptsOurMessagesAtEverySize() throws IOException {
    String fingerprint = gpg.newKey("Sizes <sizes@x>", "default", "never", "now");
    gpgDecrypts(gpg.export(fingerprint, "sizes.asc"), SIZES);
  }

  @Test
  void gpgDecryptsWhatWasEncryptedToOurKeys() throws IOException {
    for (TestKeys keys : List.of(TestKeys.rsa(), TestKeys.curve())) {
      gpgDecrypts(keys.publicKey(), 1, 200_000);
    }
  }

  private void gpgDecrypts(Path publicKey, int... sizes) throws IOException {
    Encryptor.Sealer sealer =
        TestKeys.open(TestKeys.encryptionTo(publicKey), Optional.empty()).newSealer();
    List<String> command = decryptCommand();
    for (int size : sizes) {
      Path message = folder.resolve(size + ".gpg");
      Files.write(message, encrypt(sealer, random(size)));
      command.add(message.toString());
    }
    Oracles.Result result = gpg.run(command.toArray(String[]::new));
    for (int size : sizes) {
      assertThat(folder.resolve("" + size)).as("size %d", size).hasBinaryContent(random(size));
    }
    assertThat(result.stderr().lines().filter(line -> line.endsWith("GOODMDC")))
        .hasSize(sizes.length);
  }

  @Test
  void gpgDecryptsWithTheKeyOfAnyRecipient() throws IOException {
    Settings both =
        TestKeys.encryptionTo(
            TestKeys.other().publicKey(), TestKeys.rsa().publicKey(), TestKeys.curve().publicKey());
    Path message = folder.resolve("both.gpg");
    Files.write(message, encrypt(TestKeys.open(both, Optional.empty()), random(77)));
    List<String> command = decryptCommand();
    command.add(message.toString());
    gpg.run(command.toArray(String[]::new));
    assertThat(folder.resolve("both")).hasBinaryContent(random(77));
  }

  @Test
  void gpgsMessagesAreReadWhateverTheirLengthsAndRecipients() throws IOException {
    Encryptor rsa = TestKeys.rsa().open();
    Encryptor curve = TestKeys.curve().open();
    for (int size : new int[] {0, 1, 500, 65_536, 200_000}) {
      Path plain = folder.resolve("plain" + size);
      Files.write(plain, random(size));
      String[] both = {"--recipient", "rsa@", "--recipient", "curve@"};
      byte[] known = gpgEncrypt(plain, "known", "--set-filename", "a name", both);
      byte[] partial = gpgEncrypt(null, "partial", "--cipher-algo", "AES128", both, plain);
      byte[] hidden =
          gpgEncrypt(
              plain,
              "hidden",
              "--cipher-algo",
              "AES192",
              new String[] {"--hidden-recipient", "rsa@", "--hidden-recipient", "curve@"});
      for (byte[] message : List.of(known, partial, hidden)) {
        assertThat(decrypt(rsa, message)).isEqualTo(random(size));
        assertThat(decrypt(curve, message)).isEqualTo(random(size));
      }
    }
  }

  private byte[] gpgEncrypt(
      Path file, String name, String option, String value, String[] recipients, Path... stdin)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("--compress-algo", "none", option, value));
    words.addAll(List.of(recipients));
    words.add("--encrypt");
    Path target = folder.resolve(name + ".gpg");
    words.addAll(0, List.of("--output", target.toString()));
    if (file != null) {
      words.add(file.toString());
    }
    Oracles.Command command = gpg.command(words.toArray(String[]::new));
    for (Path input : stdin) {
      command.from(input);
    }
    command.run().orFail();
    return Files.readAllBytes(target);
  }

  @Test
  void aCompressedMessageIsRefusedInPlainWords() throws IOException {
    Path plain = Files.write(folder.resolve("zeros"), new byte[10_000]);
    Path message = folder.resolve("compressed.gpg");
    gpg.run(
        "--compress-algo",
        "zip",
        "--recipient",
        "curve@",
        "--output",
        message.toString(),
        "--encrypt",
        plain.toString());
    byte[] bytes = Files.readAllBytes(message);
    assertThatThrownBy(() -> decrypt(TestKeys.curve().open(), bytes))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("--compress-algo none");
  }

  @Test
  void secretKeysThatGpgExportedAreUnlocked() throws IOException {
    for (TestKeys keys : List.of(TestKeys.rsa(), TestKeys.curve())) {
      byte[] message = encrypt(keys.open(), random(99));
      for (String export : List.of("--export-secret-keys", "--export-secret-subkeys")) {
        String form = export.equals("--export-secret-keys") ? "--armor" : "--no-armor";
        Path exported =
            gpg.write("exported", form, "--passphrase", TestKeys.PASSPHRASE, export, keys.mail());
        Encryptor opened =
            TestKeys.open(
                keys.encryption(),
                Optional.of(
                    Settings.of("openpgp")
                        .with("secret-key", exported)
                        .with("passphrase", Secret.of(TestKeys.PASSPHRASE))));
        assertThat(decrypt(opened, message)).isEqualTo(random(99));
      }
    }
  }

  @Test
  void gpgsOwnKeysWithoutAPassphraseWork() throws IOException {
    String fingerprint = gpg.newKey("Unprotected <plain@x>", "default", "never", "now");
    gpg.newSubkey(fingerprint, "rsa2048", "encr", "now");
    Path publicKey = gpg.export(fingerprint, "plain.asc");
    Path secretKey = gpg.exportSecret(fingerprint, "plain-secret.asc");
    Encryptor encryptor =
        TestKeys.open(
            TestKeys.encryptionTo(publicKey).with("signing-key", secretKey),
            Optional.of(Settings.of("openpgp").with("secret-key", secretKey)));
    byte[] message = encrypt(encryptor, random(5));
    assertThat(decrypt(encryptor, message)).isEqualTo(random(5));
    assertThat(encryptor.sign(random(5))).isPresent();
  }

  @Test
  void gpgVerifiesOurSignatures() throws IOException {
    byte[] manifest = random(5_000);
    Path document = Files.write(folder.resolve("manifest.json"), manifest);
    for (TestKeys keys : List.of(TestKeys.rsa(), TestKeys.curve())) {
      Encryptor encryptor = TestKeys.open(SignatureTest.signing(keys), Optional.empty());
      Path signature = folder.resolve("manifest.json.asc");
      Files.write(signature, encryptor.sign(manifest).orElseThrow());
      assertThat(signature).content().startsWith("-----BEGIN PGP SIGNATURE-----\n\n");
      Oracles.Result good = gpg.run("--verify", signature.toString(), document.toString());
      assertThat(good.stderr()).contains("GOODSIG").contains("VALIDSIG");
      Path other = Files.write(folder.resolve("other"), random(4_999));
      assertThat(gpg.command("--verify", signature.toString(), other.toString()).run().exitCode())
          .isNotZero();
    }
  }

  @Test
  void weVerifyGpgsSignatures() throws IOException {
    byte[] manifest = random(5_000);
    Path document = Files.write(folder.resolve("manifest.json"), manifest);
    for (TestKeys keys : List.of(TestKeys.rsa(), TestKeys.curve())) {
      String who = keys.mail();
      Encryptor encryptor =
          TestKeys.open(
              keys.encryption().with("trusted-signers", List.of(keys.publicKey())),
              Optional.empty());
      for (String form : List.of("--armor", "--no-armor")) {
        Path signature = folder.resolve("signature");
        gpg.run(
            form,
            "--passphrase",
            TestKeys.PASSPHRASE,
            "--local-user",
            who,
            "--output",
            signature.toString(),
            "--detach-sign",
            document.toString());
        Optional<byte[]> bytes = Optional.of(Files.readAllBytes(signature));
        encryptor.verify(manifest, bytes, "manifest.json");
        assertThatThrownBy(() -> encryptor.verify(random(4_999), bytes, "manifest.json"))
            .isInstanceOf(IntegrityException.class);
      }
    }
  }
}
