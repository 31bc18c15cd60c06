package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.contract.KeyedEncryptorContract;
import java.util.List;
import java.util.Optional;

class OpenPgpEncryptorTest extends KeyedEncryptorContract {
  private final TestKeys keys = TestKeys.curve();

  @Override
  protected Encryptor open() {
    return keys.open();
  }

  @Override
  protected Encryptor openForeign() {
    return TestKeys.other().open();
  }

  @Override
  protected Encryptor openWithoutSecretKey() {
    return TestKeys.open(keys.encryption(), Optional.empty());
  }

  @Override
  protected Encryptor openSigning() {
    return signing(keys);
  }

  @Override
  protected Encryptor openForeignSigning() {
    return signing(TestKeys.other());
  }

  private static Encryptor signing(TestKeys signer) {
    return TestKeys.open(
        SignatureTest.signing(signer).with("trusted-signers", List.of(signer.publicKey())),
        Optional.of(signer.decryption()));
  }
}
