package io.tradingengine.backup.core.openpgp;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.contract.EncryptorContract;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NoEncryptionTest extends EncryptorContract {
  @Override
  protected Encryptor open() {
    return new NoEncryptionProvider().open(Settings.of("none"), Optional.empty());
  }

  @Test
  void bothTypesAreFoundByName() {
    assertThat(Providers.encryptor("none")).containsInstanceOf(NoEncryptionProvider.class);
    assertThat(Providers.encryptor("openpgp")).containsInstanceOf(OpenPgpEncryptorProvider.class);
  }

  @Test
  void everythingPassesUnchanged() throws IOException {
    byte[] plain = random(100_000);
    assertThat(encrypt(encryptor().newSealer(), plain)).isEqualTo(plain);
    assertThat(decrypt(encryptor(), plain)).isEqualTo(plain);
    assertThat(encryptor().suffix()).isEmpty();
  }

  @Test
  void nothingIsSignedAndAnythingAccepted() {
    byte[] document = random(10);
    assertThat(encryptor().sign(document)).isEmpty();
    encryptor().verify(document, Optional.empty(), "manifest.json");
    encryptor().verify(document, Optional.of(document), "manifest.json");
  }
}
