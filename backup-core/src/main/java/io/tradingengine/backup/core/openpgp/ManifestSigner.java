package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.BackupException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.Date;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.BCPGOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;

/** Makes detached, armored signatures with SHA-512. Safe for concurrent use. */
final class ManifestSigner {
  private final PGPKeyPair key;
  private final Clock clock;

  ManifestSigner(PGPKeyPair key, Clock clock) {
    this.key = key;
    this.clock = clock;
  }

  byte[] sign(byte[] document) {
    ByteArrayOutputStream armored = new ByteArrayOutputStream();
    try (ArmoredOutputStream armor = ArmoredOutputStream.builder().clearHeaders().build(armored)) {
      generator(document).generate().encode(new BCPGOutputStream(armor));
    } catch (PGPException | IOException | RuntimeException e) {
      throw new BackupException(
          "Signing with the " + KeyNames.id(key.getKeyIdentifier().getKeyId()) + " failed", e);
    }
    return armored.toByteArray();
  }

  private PGPSignatureGenerator generator(byte[] document) throws PGPException {
    PGPSignatureSubpacketGenerator said = new PGPSignatureSubpacketGenerator();
    said.setSignatureCreationTime(false, Date.from(clock.instant()));
    said.setIssuerFingerprint(false, key.getPublicKey());
    PGPSignatureGenerator generator =
        new PGPSignatureGenerator(
            new BcPGPContentSignerBuilder(
                key.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
            key.getPublicKey());
    generator.init(PGPSignature.BINARY_DOCUMENT, key.getPrivateKey());
    generator.setHashedSubpackets(said.generate());
    generator.update(document);
    return generator;
  }
}
