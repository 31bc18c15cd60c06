package io.tradingengine.backup.core.openpgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NoEncryptionTest {
  private final Encryptor encryptor =
      new NoEncryptionProvider().open(Settings.of("none"), Optional.empty());

  @Test
  void bothTypesAreFoundByName() {
    assertThat(Providers.encryptor("none")).containsInstanceOf(NoEncryptionProvider.class);
    assertThat(Providers.encryptor("openpgp")).containsInstanceOf(OpenPgpEncryptorProvider.class);
  }

  @Test
  void everythingPassesUnchanged() throws IOException {
    byte[] plain = TestKeys.random(100_000);
    assertThat(TestKeys.encrypt(encryptor, plain)).isEqualTo(plain);
    assertThat(TestKeys.decrypt(encryptor, plain)).isEqualTo(plain);
    assertThat(encryptor.suffix()).isEmpty();
    assertThat(encryptor.canDecrypt()).isTrue();
  }

  @Test
  void nothingIsSignedAndAnythingAccepted() {
    byte[] document = TestKeys.random(10);
    assertThat(encryptor.sign(document)).isEmpty();
    encryptor.verify(document, Optional.empty(), "manifest.json");
    encryptor.verify(document, Optional.of(document), "manifest.json");
  }
}
