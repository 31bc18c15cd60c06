package io.tradingengine.backup.core.openpgp;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/**
 * A primary key with its subkeys, and what its owner says about them: only statements whose
 * signature by the primary key was verified count, and of several the newest counts, as with gpg.
 * Immutable.
 *
 * <p>SHA-1 is accepted in them, as keys from before 2017 have nothing else: what is in the file was
 * put there by whoever configures this host. MD5 is not.
 */
final class Certificate {
  private final PGPPublicKey primary;
  private final List<KeyState> keys;

  private Certificate(PGPPublicKey primary, List<KeyState> keys) {
    this.primary = primary;
    this.keys = List.copyOf(keys);
  }

  static Certificate of(PGPPublicKeyRing ring) {
    PGPPublicKey primary = ring.getPublicKey();
    KeyState own = primaryState(primary);
    List<KeyState> keys = new ArrayList<>();
    keys.add(own);
    for (PGPPublicKey key : ring) {
      if (!key.isMasterKey()) {
        keys.add(subkeyState(own, key));
      }
    }
    return new Certificate(primary, keys);
  }

  PGPPublicKey primary() {
    return primary;
  }

  /** How messages call it: fingerprint and owner. */
  String name() {
    return KeyNames.full(primary);
  }

  /** The primary key and all subkeys, in the order of the file. */
  List<KeyState> keys() {
    return keys;
  }

  private static KeyState primaryState(PGPPublicKey primary) {
    List<PGPSignature> statements = new ArrayList<>();
    primary.getRawUserIDs().forEachRemaining(id -> userIdStatement(primary, id, statements));
    if (statements.isEmpty()) {
      primary
          .getSignaturesOfType(PGPSignature.DIRECT_KEY)
          .forEachRemaining(each -> addIf(statements, each, direct(primary)));
    }
    List<PGPSignature> revocations = new ArrayList<>();
    primary
        .getSignaturesOfType(PGPSignature.KEY_REVOCATION)
        .forEachRemaining(each -> addIf(revocations, each, direct(primary)));
    return KeyState.primary(primary, newest(statements), revocations);
  }

  /** The newest certification of a user id by its owner, unless it was revoked since. */
  private static void userIdStatement(
      PGPPublicKey primary, byte[] userId, List<PGPSignature> statements) {
    List<PGPSignature> certifications = new ArrayList<>();
    List<PGPSignature> revocations = new ArrayList<>();
    Iterator<PGPSignature> signatures = primary.getSignaturesForID(userId);
    while (signatures != null && signatures.hasNext()) {
      PGPSignature signature = signatures.next();
      boolean revocation = signature.getSignatureType() == PGPSignature.CERTIFICATION_REVOCATION;
      if (revocation || PGPSignature.isCertification(signature.getSignatureType())) {
        addIf(
            revocation ? revocations : certifications,
            signature,
            each -> ready(each, primary) && each.verifyCertification(userId, primary));
      }
    }
    newest(certifications)
        .filter(
            last -> newest(revocations).map(it -> created(it).isBefore(created(last))).orElse(true))
        .ifPresent(statements::add);
  }

  private static KeyState subkeyState(KeyState primary, PGPPublicKey key) {
    PGPPublicKey owner = primary.key();
    Check bound = each -> ready(each, owner) && each.verifyCertification(owner, key);
    List<PGPSignature> bindings = new ArrayList<>();
    key.getSignaturesOfType(PGPSignature.SUBKEY_BINDING)
        .forEachRemaining(each -> addIf(bindings, each, bound));
    List<PGPSignature> revocations = new ArrayList<>();
    key.getSignaturesOfType(PGPSignature.SUBKEY_REVOCATION)
        .forEachRemaining(each -> addIf(revocations, each, bound));
    Optional<PGPSignature> binding = newest(bindings);
    boolean agrees = binding.isPresent() && signingKeyAgrees(binding.get(), owner, key);
    return KeyState.subkey(primary, key, binding, revocations, agrees);
  }

  /**
   * Whether the binding holds the subkey's own consent, without which it could be someone else's.
   */
  private static boolean signingKeyAgrees(
      PGPSignature binding, PGPPublicKey primary, PGPPublicKey key) {
    List<PGPSignature> consents = new ArrayList<>();
    try {
      PGPSignatureList embedded = binding.getHashedSubPackets().getEmbeddedSignatures();
      embedded.forEach(consents::add);
      binding.getUnhashedSubPackets().getEmbeddedSignatures().forEach(consents::add);
    } catch (PGPException | RuntimeException e) {
      return false;
    }
    return consents.stream()
        .filter(each -> each.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING)
        .anyMatch(
            each -> holds(each, it -> ready(it, key) && it.verifyCertification(primary, key)));
  }

  /** A verification, which fails with an exception where the signature is nonsense. */
  private interface Check {
    boolean verifies(PGPSignature signature) throws PGPException;
  }

  private static Check direct(PGPPublicKey primary) {
    return each -> ready(each, primary) && each.verifyCertification(primary);
  }

  private static boolean ready(PGPSignature signature, PGPPublicKey by) throws PGPException {
    boolean old =
        signature.getVersion() < 4 && !PGPSignature.isRevocation(signature.getSignatureType());
    if (old
        || signature.getHashAlgorithm() == HashAlgorithmTags.MD5
        || !signature.hasKeyIdentifier(by.getKeyIdentifier())) {
      return false;
    }
    signature.init(new BcPGPContentVerifierBuilderProvider(), by);
    return true;
  }

  private static void addIf(List<PGPSignature> list, PGPSignature signature, Check check) {
    if (holds(signature, check)) {
      list.add(signature);
    }
  }

  private static boolean holds(PGPSignature signature, Check check) {
    try {
      return check.verifies(signature);
    } catch (PGPException | RuntimeException e) {
      // A signature that cannot even be checked says nothing, like one that is wrong.
      return false;
    }
  }

  private static Optional<PGPSignature> newest(List<PGPSignature> signatures) {
    return signatures.stream().max(Comparator.comparing(Certificate::created));
  }

  private static Instant created(PGPSignature signature) {
    return signature.getCreationTime().toInstant();
  }
}
