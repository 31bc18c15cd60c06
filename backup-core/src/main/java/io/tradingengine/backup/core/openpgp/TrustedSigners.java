package io.tradingengine.backup.core.openpgp;

import static java.util.stream.Collectors.joining;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.IntegrityException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/**
 * Whose signatures are accepted. A key must have been valid when it signed, not today: manifests
 * outlive keys. Immutable and safe for concurrent use.
 */
final class TrustedSigners {
  private static final int LONGEST_SIGNATURE = 64 * 1024;

  private final List<Certificate> certificates;

  private TrustedSigners(List<Certificate> certificates) {
    this.certificates = List.copyOf(certificates);
  }

  /**
   * Reads the signers' files.
   *
   * @throws BackupException if a file or a key in it is of no use
   */
  static TrustedSigners read(List<Path> files) {
    List<Certificate> certificates = new ArrayList<>();
    for (Path file : files) {
      for (PGPPublicKeyRing ring : KeyFile.read(file).publicKeys()) {
        Certificate certificate = Certificate.of(ring);
        if (certificate.keys().stream().noneMatch(KeyState::signs)) {
          throw new BackupException(
              "The " + certificate.name() + " in the signers' file " + file + " is not for signing",
              "use the output of gpg --armor --export KEY, of a key that may sign",
              null);
        }
        certificates.add(certificate);
      }
    }
    return new TrustedSigners(certificates);
  }

  /** Checks a document against its detached signature. */
  void verify(byte[] document, Optional<byte[]> signature, String objectKey) {
    if (signature.isEmpty()) {
      throw new IntegrityException(
          objectKey,
          "is not signed, and only what a trusted signer has signed is accepted",
          "somebody may have put it there or removed the signature; without trusted-signers it would"
              + " be accepted",
          null);
    }
    List<String> refusals = new ArrayList<>();
    for (PGPSignature each : parse(signature.get(), objectKey)) {
      Optional<String> refusal = refusal(each, document);
      if (refusal.isEmpty()) {
        return;
      }
      refusals.add(refusal.get());
    }
    throw new IntegrityException(
        objectKey,
        String.join("; ", refusals),
        "trusted are: " + certificates.stream().map(Certificate::name).collect(joining(", ")),
        null);
  }

  private static PGPSignatureList parse(byte[] bytes, String objectKey) {
    try {
      if (bytes.length <= LONGEST_SIGNATURE
          && new BcPGPObjectFactory(packets(bytes)).nextObject() instanceof PGPSignatureList list
          && !list.isEmpty()) {
        return list;
      }
    } catch (IOException | RuntimeException e) {
      throw new IntegrityException(objectKey, "has a damaged signature", e);
    }
    throw new IntegrityException(objectKey, "has a signature that is none", null);
  }

  private static InputStream packets(byte[] bytes) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    boolean binary = bytes.length > 0 && (bytes[0] & 0x80) != 0;
    return binary ? in : new ArmoredInputStream(in);
  }

  /** Why a signature does not count; empty if it does. */
  private Optional<String> refusal(PGPSignature signature, byte[] document) {
    Optional<KeyState> signer = find(signature);
    if (signer.isEmpty()) {
      return Optional.of(
          "is signed by the " + KeyNames.id(signature.getKeyID()) + ", which is no trusted signer");
    }
    String by = "is signed by the " + KeyNames.id(signature.getKeyID());
    if (!matches(signature, signer.get(), document)) {
      return Optional.of(by + ", but the document or its signature has been altered since");
    }
    // Only now is anything that the signature says about itself known to be the signer's word.
    Instant signed = signature.getCreationTime().toInstant();
    if (!signer.get().signs()) {
      return Optional.of(by + ", which is not for signing");
    }
    if (signed.isBefore(signer.get().created())) {
      return Optional.of(by + " at a time when that key was not made yet");
    }
    return signer.get().refusal(signed).map(reason -> by + ", a key that " + reason);
  }

  private Optional<KeyState> find(PGPSignature signature) {
    return certificates.stream()
        .flatMap(certificate -> certificate.keys().stream())
        .filter(state -> signature.hasKeyIdentifier(state.key().getKeyIdentifier()))
        .findFirst();
  }

  private static boolean matches(PGPSignature signature, KeyState signer, byte[] document) {
    boolean strong =
        switch (signature.getHashAlgorithm()) {
          case HashAlgorithmTags.SHA256, HashAlgorithmTags.SHA384, HashAlgorithmTags.SHA512 -> true;
          default -> false;
        };
    if (!strong || signature.getSignatureType() != PGPSignature.BINARY_DOCUMENT) {
      return false;
    }
    try {
      signature.init(new BcPGPContentVerifierBuilderProvider(), signer.key());
      signature.update(document);
      return signature.verify();
    } catch (PGPException | RuntimeException e) {
      // A signature that cannot even be computed does not match.
      return false;
    }
  }
}
