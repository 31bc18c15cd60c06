package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.OpenPgp;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.Features;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.X25519KeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.X25519KeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.operator.PGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPDigestCalculatorProviderBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPair;

/**
 * Makes key rings as gpg does: a primary key to certify and sign, a subkey to encrypt, version 4,
 * never expiring, the secret parts protected by AES-256.
 */
final class NewKeys {
  private static final int RSA_BITS = 4096;

  /** The passphrase is hashed over and over, 65 MB in all: the most that the format has. */
  private static final int MOST_ITERATIONS = 0xFF;

  private NewKeys() {}

  static PGPKeyRingGenerator generate(
      OpenPgp.KeyAlgorithm algorithm, String userId, String passphrase)
      throws PGPException, GeneralSecurityException {
    Date now = Date.from(Instant.now());
    SecureRandom random = new SecureRandom();
    PGPDigestCalculatorProvider digests = new JcaPGPDigestCalculatorProviderBuilder().build();
    PGPKeyPair primary =
        switch (algorithm) {
          case RSA_4096 -> rsa(now, random);
          case CURVE_25519 -> ed25519(now, random);
        };
    PGPKeyPair subkey =
        switch (algorithm) {
          case RSA_4096 -> rsa(now, random);
          case CURVE_25519 -> x25519(now, random);
        };
    PGPKeyRingGenerator ring =
        new PGPKeyRingGenerator(
            PGPSignature.POSITIVE_CERTIFICATION,
            primary,
            userId,
            // The check sum over a secret key is SHA-1 by the format.
            digests.get(HashAlgorithmTags.SHA1),
            preferences(),
            null,
            new BcPGPContentSignerBuilder(
                primary.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
            new BcPBESecretKeyEncryptorBuilder(
                    SymmetricKeyAlgorithmTags.AES_256,
                    digests.get(HashAlgorithmTags.SHA256),
                    MOST_ITERATIONS)
                .setSecureRandom(random)
                .build(passphrase.toCharArray()));
    ring.addSubKey(subkey, uses(KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE), null);
    return ring;
  }

  /** What the owner wants from others; nothing in it lets gpg choose a format we do not read. */
  private static PGPSignatureSubpacketVector preferences() {
    PGPSignatureSubpacketGenerator said = new PGPSignatureSubpacketGenerator();
    said.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
    said.setPreferredSymmetricAlgorithms(
        false,
        new int[] {
          SymmetricKeyAlgorithmTags.AES_256,
          SymmetricKeyAlgorithmTags.AES_192,
          SymmetricKeyAlgorithmTags.AES_128
        });
    said.setPreferredHashAlgorithms(
        false,
        new int[] {HashAlgorithmTags.SHA512, HashAlgorithmTags.SHA384, HashAlgorithmTags.SHA256});
    said.setPreferredCompressionAlgorithms(
        false, new int[] {CompressionAlgorithmTags.UNCOMPRESSED});
    said.setFeature(false, Features.FEATURE_MODIFICATION_DETECTION);
    return said.generate();
  }

  private static PGPSignatureSubpacketVector uses(int flags) {
    PGPSignatureSubpacketGenerator said = new PGPSignatureSubpacketGenerator();
    said.setKeyFlags(true, flags);
    return said.generate();
  }

  private static PGPKeyPair rsa(Date now, SecureRandom random)
      throws PGPException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(RSA_BITS, random);
    return new JcaPGPKeyPair(
        PublicKeyPacket.VERSION_4,
        PublicKeyAlgorithmTags.RSA_GENERAL,
        generator.generateKeyPair(),
        now);
  }

  private static PGPKeyPair ed25519(Date now, SecureRandom random) throws PGPException {
    Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
    generator.init(new Ed25519KeyGenerationParameters(random));
    return new BcPGPKeyPair(
        PublicKeyPacket.VERSION_4,
        PublicKeyAlgorithmTags.EDDSA_LEGACY,
        generator.generateKeyPair(),
        now);
  }

  private static PGPKeyPair x25519(Date now, SecureRandom random) throws PGPException {
    X25519KeyPairGenerator generator = new X25519KeyPairGenerator();
    generator.init(new X25519KeyGenerationParameters(random));
    return new BcPGPKeyPair(
        PublicKeyPacket.VERSION_4, PublicKeyAlgorithmTags.ECDH, generator.generateKeyPair(), now);
  }
}
