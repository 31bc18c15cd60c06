package io.tradingengine.backup.core.openpgp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignatureTest {
  private static final byte[] DOCUMENT = "{\"format\": 1}".getBytes(UTF_8);
  private static final String KEY = "manifest.json";

  @TempDir Path folder;

  static Settings signing(TestKeys keys) {
    return keys.encryption()
        .with("signing-key", keys.secretKey())
        .with("signing-passphrase", Secret.of(TestKeys.PASSPHRASE));
  }

  private static Encryptor trusting(Path... signers) {
    return TestKeys.open(
        TestKeys.curve().encryption().with("trusted-signers", List.of(signers)), Optional.empty());
  }

  private static Optional<byte[]> sign(TestKeys keys) {
    return TestKeys.open(signing(keys), Optional.empty()).sign(DOCUMENT);
  }

  @Test
  void aTrustedSignerIsAccepted() {
    Encryptor encryptor = trusting(TestKeys.other().publicKey(), TestKeys.curve().publicKey());
    assertThatCode(() -> encryptor.verify(DOCUMENT, sign(TestKeys.curve()), KEY))
        .doesNotThrowAnyException();
    assertThatCode(() -> encryptor.verify(DOCUMENT, sign(TestKeys.other()), KEY))
        .doesNotThrowAnyException();
  }

  @Test
  void unsignedForeignAndTamperedAreToldApart() {
    Encryptor encryptor = trusting(TestKeys.curve().publicKey());
    assertThatThrownBy(() -> encryptor.verify(DOCUMENT, Optional.empty(), KEY))
        .isInstanceOf(IntegrityException.class)
        .hasMessageStartingWith("manifest.json: is not signed");
    assertThatThrownBy(() -> encryptor.verify(DOCUMENT, sign(TestKeys.other()), KEY))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("which is no trusted signer")
        .hasMessageContaining("Backup curve <curve@trading-engine.local>");
    Optional<byte[]> good = sign(TestKeys.curve());
    assertThatThrownBy(() -> encryptor.verify("{}".getBytes(UTF_8), good, KEY))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("has been altered since");
  }

  @Test
  void noFlippedBitOfASignatureIsAcceptedUnlessItSaysNothing() throws IOException {
    Encryptor encryptor = trusting(TestKeys.curve().publicKey());
    byte[] good = sign(TestKeys.curve()).orElseThrow();
    for (int at = 0; at < good.length; at++) {
      byte[] damaged = good.clone();
      damaged[at] ^= 2;
      try {
        encryptor.verify("tampered".getBytes(UTF_8), Optional.of(damaged), KEY);
        assertThat(at).as("a signature of something else was accepted").isNegative();
      } catch (IntegrityException e) {
        assertThat(e.objectKey()).isEqualTo(KEY);
      }
    }
  }

  @Test
  void whatIsNoSignatureIsRefused() throws IOException {
    Encryptor encryptor = trusting(TestKeys.curve().publicKey());
    byte[] key = Files.readAllBytes(TestKeys.curve().publicKey());
    for (byte[] junk : List.of(new byte[0], new byte[70_000], DOCUMENT, key, TestKeys.random(99))) {
      assertThatThrownBy(() -> encryptor.verify(DOCUMENT, Optional.of(junk), KEY))
          .isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void withoutTrustedSignersAnythingIsAccepted() {
    Encryptor encryptor = TestKeys.open(TestKeys.curve().encryption(), Optional.empty());
    assertThat(encryptor.sign(DOCUMENT)).isEmpty();
    encryptor.verify(DOCUMENT, Optional.empty(), KEY);
    encryptor.verify(DOCUMENT, Optional.of(DOCUMENT), KEY);
  }

  @Test
  void aKeyThatHasExpiredSinceVouchesForWhatItSignedBefore() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Old <old@x>", "default", "2020-12-31", "20200101T000000");
      Path publicKey = gpg.export(key, "old.asc");
      Encryptor encryptor = trusting(publicKey);
      encryptor.verify(DOCUMENT, gpgSign(gpg, key, "20200601T000000"), KEY);

      gpg.run("--faked-system-time", "20210601T000000", "--quick-set-expire", key, "5y");
      Optional<byte[]> late = gpgSign(gpg, key, "20210701T000000");
      assertThatThrownBy(() -> encryptor.verify(DOCUMENT, late, KEY))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("has expired on 2020-12-31");
      trusting(gpg.export(key, "extended.asc")).verify(DOCUMENT, late, KEY);
    }
  }

  @Test
  void aRevokedKeyVouchesForNothing() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Stolen <stolen@x>", "default", "never", "20200101T000000");
      Optional<byte[]> signature = gpgSign(gpg, key, "20200601T000000");
      gpg.revoke(key);
      Path revoked = gpg.export(key, "revoked.asc");
      assertThatThrownBy(() -> trusting(revoked).verify(DOCUMENT, signature, KEY))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("was revoked on");
    }
  }

  @Test
  void aSigningSubkeyIsPreferredAndVerified() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Signer <signer@x>", "cert", "never", "now");
      gpg.newSubkey(key, "ed25519", "sign", "now");
      Encryptor signer =
          TestKeys.open(
              TestKeys.curve()
                  .encryption()
                  .with("signing-key", gpg.exportSecret(key, "signer-secret.asc")),
              Optional.empty());
      Path publicKey = gpg.export(key, "signer.asc");
      trusting(publicKey).verify(DOCUMENT, signer.sign(DOCUMENT), KEY);

      Path withoutPrimary =
          gpg.write("subkeys.asc", "--passphrase", "", "--export-secret-subkeys", key);
      Encryptor offline =
          TestKeys.open(
              TestKeys.curve().encryption().with("signing-key", withoutPrimary), Optional.empty());
      trusting(publicKey).verify(DOCUMENT, offline.sign(DOCUMENT), KEY);
    }
  }

  @Test
  void aKeyThatMayNotSignIsRefusedOnBothSides() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Certifier <cert@x>", "cert", "never", "now");
      gpg.newSubkey(key, "cv25519", "encr", "now");
      Path publicKey = gpg.export(key, "cert.asc");
      assertThatThrownBy(() -> trusting(publicKey))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("Certifier <cert@x>")
          .hasMessageContaining("is not for signing");
      Path secretKey = gpg.exportSecret(key, "cert-secret.asc");
      Settings settings = TestKeys.curve().encryption().with("signing-key", secretKey);
      assertThatThrownBy(() -> TestKeys.open(settings, Optional.empty()))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("holds no secret key that can sign");
    }
  }

  @Test
  void anExpiredSigningKeyIsRefusedWithItsDate() throws IOException {
    try (Gpg gpg = new Gpg()) {
      String key = gpg.newKey("Old <old@x>", "default", "2020-12-31", "20200101T000000");
      Path secretKey = gpg.exportSecret(key, "old-secret.asc");
      Settings settings = TestKeys.curve().encryption().with("signing-key", secretKey);
      assertThatThrownBy(() -> TestKeys.open(settings, Optional.empty()))
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("Old <old@x> has expired on 2020-12-31");
    }
  }

  private Optional<byte[]> gpgSign(Gpg gpg, String key, String when) throws IOException {
    Path document = Files.write(folder.resolve("document"), DOCUMENT);
    return Optional.of(
        Files.readAllBytes(
            gpg.write(
                "signature.asc",
                "--faked-system-time",
                when,
                "--passphrase",
                "",
                "--armor",
                "--local-user",
                key,
                "--output",
                "-",
                "--detach-sign",
                document.toString())));
  }
}
