package io.tradingengine.backup.core.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenPgpKeyPairsTest {
  @TempDir Path folder;

  private void generate(String userId, String passphrase, String publicKey, String secretKey)
      throws IOException {
    OpenPgpKeyPairs.generate(
        new OpenPgp.KeyPairRequest(
            userId,
            OpenPgp.KeyAlgorithm.CURVE_25519,
            Secret.of(passphrase),
            folder.resolve(publicKey),
            folder.resolve(secretKey)));
  }

  @Test
  void onlyTheOwnerReadsTheSecretKey() throws IOException {
    generate("Backup <b@x>", "secret", "p.asc", "s.asc");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("s.asc"))))
        .isEqualTo("rw-------");
    assertThat(folder.resolve("p.asc")).content().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK");
    assertThat(folder.resolve("s.asc")).content().startsWith("-----BEGIN PGP PRIVATE KEY BLOCK");
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    for (String there : new String[] {"p.asc", "s.asc"}) {
      Path file = Files.writeString(folder.resolve(there), "precious");
      assertThatThrownBy(() -> generate("Backup <b@x>", "secret", "p.asc", "s.asc"))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessageContaining(there);
      assertThat(folder).isDirectoryContaining(each -> each.equals(file));
      assertThat(folder.toFile().list()).containsExactly(there);
      assertThat(file).hasContent("precious");
      Files.delete(file);
    }
  }

  @Test
  void aFailureLeavesNeitherFileBehind() {
    assertThatThrownBy(() -> generate("Backup <b@x>", "secret", "missing/p.asc", "s.asc"))
        .isInstanceOf(IOException.class);
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> generate("Backup <b@x>", "secret", "same.asc", "same.asc"))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void anEmptyPassphraseOrUserIdIsRefused() {
    assertThatThrownBy(() -> generate("Backup <b@x>", "", "p.asc", "s.asc"))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("passphrase")
        .hasMessageContaining("HINT");
    assertThatThrownBy(() -> generate(" ", "secret", "p.asc", "s.asc"))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("user id");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void gpgTakesBothFiles() throws IOException {
    for (TestKeys keys : new TestKeys[] {TestKeys.rsa(), TestKeys.curve()}) {
      try (Gpg gpg = new Gpg()) {
        assertThat(gpg.run("--import", keys.publicKey().toString()).stderr()).contains("IMPORT_OK");
        gpg.importSecret(keys);
        assertThat(gpg.run("--list-secret-keys", "--with-colons").stdout())
            .contains(keys.mail())
            .containsPattern(
                keys.equals(TestKeys.rsa()) ? "sec:[^:]*:4096:1:" : "sec:[^:]*:255:22:");
      }
    }
  }
}
