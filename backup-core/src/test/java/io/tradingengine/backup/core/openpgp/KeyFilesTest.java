package io.tradingengine.backup.core.openpgp;

import static io.tradingengine.backup.core.openpgp.TestKeys.decrypt;
import static io.tradingengine.backup.core.openpgp.TestKeys.encrypt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFilesTest {
  private static final byte[] PLAIN = {1, 2, 3};

  @TempDir Path folder;

  private static Encryptor encryptingTo(Path... files) {
    return TestKeys.open(TestKeys.encryptionTo(files), Optional.empty());
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(Path... files) {
    return assertThatThrownBy(() -> encryptingTo(files))
        .isExactlyInstanceOf(BackupException.class)
        .hasMessageContaining(files[files.length - 1].toString())
        .hasMessageContaining("HINT: ");
  }

  @Test
  void aFileMayHoldSeveralBlocksWithOtherTextAround() throws IOException {
    Path file = folder.resolve("all.asc");
    Files.writeString(
        file,
        "Keys of the night shift\r\n\r\n"
            + Files.readString(TestKeys.curve().publicKey()).replace("\n", "\r\n")
            + "\nand of the day shift:\n"
            + Files.readString(TestKeys.other().publicKey()));
    byte[] message = encrypt(encryptingTo(file), PLAIN);
    assertThat(decrypt(TestKeys.curve().open(), message)).isEqualTo(PLAIN);
    assertThat(decrypt(TestKeys.other().open(), message)).isEqualTo(PLAIN);
  }

  @Test
  void oneBlockOrBinaryFileMayHoldSeveralKeys() throws IOException {
    try (Gpg gpg = new Gpg()) {
      for (TestKeys keys : new TestKeys[] {TestKeys.curve(), TestKeys.other()}) {
        gpg.run("--import", keys.publicKey().toString());
      }
      for (String form : new String[] {"--armor", "--no-armor"}) {
        byte[] message = encrypt(encryptingTo(gpg.write("both", form, "--export")), PLAIN);
        assertThat(decrypt(TestKeys.curve().open(), message)).isEqualTo(PLAIN);
        assertThat(decrypt(TestKeys.other().open(), message)).isEqualTo(PLAIN);
      }
    }
  }

  @Test
  void aSecretKeyFileMayHoldSeveralKeys() throws IOException {
    Path file = folder.resolve("secrets.asc");
    Files.writeString(
        file,
        Files.readString(TestKeys.other().secretKey())
            + Files.readString(TestKeys.curve().secretKey()));
    Encryptor both = new TestKeys(TestKeys.curve().publicKey(), file).open();
    for (TestKeys keys : new TestKeys[] {TestKeys.curve(), TestKeys.other()}) {
      assertThat(decrypt(both, encrypt(keys.open(), PLAIN))).isEqualTo(PLAIN);
    }
  }

  @Test
  void filesThatHoldNoKeyAreRefused() throws IOException {
    Path good = TestKeys.curve().publicKey();
    assertRefused(folder.resolve("missing.asc")).hasMessageContaining("is not there");
    assertRefused(good, Files.writeString(folder.resolve("empty.asc"), ""))
        .hasMessageContaining("holds no OpenPGP key");
    assertRefused(good, Files.writeString(folder.resolve("text.asc"), "Dear Sir or Madam"))
        .hasMessageContaining("holds no OpenPGP key");
    assertRefused(good, Files.writeString(folder.resolve("cut.asc"), cut(good)))
        .hasMessageContaining("holds no OpenPGP key");
    Path message = folder.resolve("message.gpg");
    Files.write(message, encrypt(encryptingTo(good), PLAIN));
    assertRefused(good, message);
    Path noise = Files.write(folder.resolve("noise"), new byte[] {(byte) 0x99, 1, 2, 3, 4, 5});
    assertRefused(good, noise);
    Path damaged = Files.writeString(folder.resolve("damaged.asc"), damage(good));
    assertRefused(good, damaged);
  }

  private static String cut(Path key) throws IOException {
    String text = Files.readString(key);
    return text.substring(0, text.length() / 2);
  }

  private static String damage(Path key) throws IOException {
    StringBuilder text = new StringBuilder(Files.readString(key));
    int middle = text.length() / 2;
    text.setCharAt(middle, text.charAt(middle) == 'A' ? 'B' : 'A');
    return text.toString();
  }

  @Test
  void gnupgsOwnDatabaseIsRefusedByName() throws IOException {
    try (Gpg gpg = new Gpg()) {
      gpg.run("--import", TestKeys.curve().publicKey().toString());
      Path keybox = gpg.home().resolve("pubring.kbx");
      assertThat(keybox).exists();
      assertRefused(keybox).hasMessageContaining("keybox").hasMessageContaining("gpg --armor");
    }
  }

  @Test
  void publicAndSecretKeysAreNotMixedUp() {
    assertRefused(TestKeys.curve().secretKey()).hasMessageContaining("holds a secret key");
    TestKeys swapped = new TestKeys(TestKeys.curve().publicKey(), TestKeys.curve().publicKey());
    assertThatThrownBy(swapped::open)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("holds a public key where a secret key belongs");
  }

  @Test
  void anExpiredKeyIsRefusedAndItsExtensionAccepted() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Old <old@x>", "default", "2020-12-31", "20200101T000000");
      assertRefused(gpg.export(key, "old.asc"))
          .hasMessageContaining(key)
          .hasMessageContaining("Old <old@x>")
          .hasMessageContaining("expired on 2020-12-31");
      gpg.run("--faked-system-time", "20210101T000000", "--quick-set-expire", key, "never");
      gpg.run("--faked-system-time", "20210101T000000", "--quick-set-expire", key, "never", "*");
      Path secret = gpg.exportSecret(key, "old-secret.asc");
      Path extended = gpg.export(key, "extended.asc");
      byte[] message = encrypt(encryptingTo(extended), PLAIN);
      Settings decryption = Settings.of("openpgp").with("secret-key", secret);
      Encryptor owner = TestKeys.open(TestKeys.encryptionTo(extended), Optional.of(decryption));
      assertThat(decrypt(owner, message)).isEqualTo(PLAIN);
    }
  }

  @Test
  void anExpiredSubkeyIsRefusedAndANewerOneUsed() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Sub <sub@x>", "cert", "never", "20200101T000000");
      gpg.run(
          "--faked-system-time",
          "20200101T000000",
          "--passphrase",
          "",
          "--quick-add-key",
          key,
          "cv25519",
          "encr",
          "1y");
      assertRefused(gpg.export(key, "sub.asc"))
          .hasMessageContaining(key)
          .hasMessageContaining("expired on 2020-12-31");
      gpg.newSubkey(key, "cv25519", "encr", "20210101T000000");
      assertThat(encrypt(encryptingTo(gpg.export(key, "renewed.asc")), PLAIN)).isNotEmpty();
    }
  }

  @Test
  void aRevokedKeyOrSubkeyIsRefused() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Gone <gone@x>", "default", "never", "now");
      assertThat(encrypt(encryptingTo(gpg.export(key, "good.asc")), PLAIN)).isNotEmpty();
      gpg.revoke(key);
      assertRefused(gpg.export(key, "revoked.asc"))
          .hasMessageContaining(key)
          .hasMessageContaining("was revoked on");

      String other = gpg.newKey("Half <half@x>", "default", "never", "now");
      gpg.edit(other, "key 1", "revkey", "y", "0", "", "y", "save");
      assertRefused(gpg.export(other, "half.asc"))
          .hasMessageContaining(other)
          .hasMessageContaining("was revoked on");
    }
  }

  @Test
  void expiredOrLostPublicKeysDoNotStandInTheWayOfARestore() throws IOException {
    byte[] message = encrypt(TestKeys.curve().open(), PLAIN);
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Old <old@x>", "default", "2020-12-31", "20200101T000000");
      Path expired = gpg.export(key, "old.asc");
      Optional<Settings> decryption = Optional.of(TestKeys.curve().decryption());
      for (Path file : new Path[] {expired, folder.resolve("lost.asc")}) {
        Encryptor restoring = TestKeys.open(TestKeys.encryptionTo(file), decryption);
        assertThat(decrypt(restoring, message)).isEqualTo(PLAIN);
        assertThatThrownBy(restoring::newSealer)
            .isInstanceOf(BackupException.class)
            .hasMessageContaining(file.toString());
      }
      Settings lostSigner =
          TestKeys.curve().encryption().with("signing-key", folder.resolve("lost.asc"));
      Encryptor restoring = TestKeys.open(lostSigner, decryption);
      assertThat(decrypt(restoring, message)).isEqualTo(PLAIN);
      assertThatThrownBy(restoring::newSealer).isInstanceOf(BackupException.class);
      assertThatThrownBy(() -> TestKeys.open(lostSigner, Optional.empty()))
          .isInstanceOf(BackupException.class);
    }
  }

  @Test
  void aKeyForSigningOnlyIsRefused() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Signer <signer@x>", "sign", "never", "now");
      assertRefused(TestKeys.curve().publicKey(), gpg.export(key, "sign.asc"))
          .hasMessageContaining(key)
          .hasMessageContaining("is for signing only");
    }
  }

  @Test
  void aSubkeyThatItsOwnerDidNotSignIsRefused() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Forged <forged@x>", "default", "never", "now");
      byte[] binary = Files.readAllBytes(gpg.write("good.gpg", "--export", key));
      // The last packet is the subkey's binding signature; its last bytes are the signature proper.
      binary[binary.length - 3] ^= 1;
      Path forged = Files.write(folder.resolve("forged.gpg"), binary);
      assertRefused(forged).hasMessageContaining("has no valid signature by its owner");
    }
  }

  @Test
  void aWrongOrMissingPassphraseIsToldWithoutShowingIt() {
    Settings wrong = TestKeys.curve().decryption().with("passphrase", Secret.of("Sesame-open"));
    assertThatThrownBy(() -> open(wrong))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("the passphrase is wrong")
        .hasMessageContaining("check decryption.passphrase")
        .hasMessageContaining(TestKeys.curve().secretKey().toString())
        .hasStackTraceContaining("SecretKeyFile")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("Sesame"));
    Settings missing =
        Settings.of("openpgp").at("decryption").with("secret-key", TestKeys.curve().secretKey());
    assertThatThrownBy(() -> open(missing))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("set decryption.passphrase");
  }

  private static Encryptor open(Settings decryption) {
    return TestKeys.open(TestKeys.curve().encryption(), Optional.of(decryption));
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
