package io.tradingengine.backup.core.openpgp;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.jspecify.annotations.Nullable;

/**
 * What may be done with one key, and when. A subkey can do nothing that its primary key cannot
 * vouch for: it expires and is revoked with it. Immutable.
 */
final class KeyState {
  private static final int VERSION = 4;
  private static final int ENCRYPT = KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE;

  private final PGPPublicKey key;
  private final @Nullable KeyState primary;
  private final Optional<PGPSignature> statement;
  private final List<PGPSignature> revocations;
  private final boolean maySign;

  private KeyState(
      PGPPublicKey key,
      @Nullable KeyState primary,
      Optional<PGPSignature> statement,
      List<PGPSignature> revocations,
      boolean maySign) {
    this.key = key;
    this.primary = primary;
    this.statement = statement;
    this.revocations = List.copyOf(revocations);
    this.maySign = maySign;
  }

  static KeyState primary(
      PGPPublicKey key, Optional<PGPSignature> statement, List<PGPSignature> revocations) {
    return new KeyState(key, null, statement, revocations, true);
  }

  /**
   * A subkey.
   *
   * @param agrees whether the subkey itself agrees to sign for the primary key
   */
  static KeyState subkey(
      KeyState primary,
      PGPPublicKey key,
      Optional<PGPSignature> binding,
      List<PGPSignature> revocations,
      boolean agrees) {
    return new KeyState(key, primary, binding, revocations, agrees);
  }

  PGPPublicKey key() {
    return key;
  }

  Instant created() {
    return key.getCreationTime().toInstant();
  }

  /** Whether the key is meant for encryption; says nothing about its validity. */
  boolean encrypts() {
    return key.isEncryptionKey() && has(ENCRYPT);
  }

  /** Whether the key is meant for signing documents; says nothing about its validity. */
  boolean signs() {
    return maySign && isSigningAlgorithm() && has(KeyFlags.SIGN_DATA);
  }

  /** Why the key cannot be used at that time, such as "has expired on …"; empty if it can. */
  Optional<String> refusal(Instant at) {
    if (key.getVersion() != VERSION) {
      return Optional.of("is of version " + key.getVersion() + ", only version 4 is supported");
    }
    if (statement.isEmpty()) {
      return Optional.of("has no valid signature by its owner");
    }
    for (PGPSignature revocation : revocations) {
      Instant since = revocation.getCreationTime().toInstant();
      // Who lost the key may have told so late; other reasons leave what was done before alone.
      if (revocation.isHardRevocation() || !since.isAfter(at)) {
        return Optional.of("was revoked on " + since);
      }
    }
    Optional<Instant> end = expiry();
    if (end.isPresent() && !end.get().isAfter(at)) {
      return Optional.of("has expired on " + end.get());
    }
    return primary == null
        ? Optional.empty()
        : primary.refusal(at).map(reason -> "belongs to a primary key that " + reason);
  }

  private Optional<Instant> expiry() {
    return statement
        .map(each -> each.getHashedSubPackets().getKeyExpirationTime())
        .filter(seconds -> seconds > 0)
        .map(seconds -> created().plusSeconds(seconds));
  }

  /** Whether the owner gave the key one of these uses; without a word about uses it has all. */
  private boolean has(int uses) {
    if (statement.isEmpty()) {
      return true;
    }
    var said = statement.get().getHashedSubPackets();
    return !said.hasSubpacket(SignatureSubpacketTags.KEY_FLAGS) || (said.getKeyFlags() & uses) != 0;
  }

  private boolean isSigningAlgorithm() {
    return switch (key.getAlgorithm()) {
      case PublicKeyAlgorithmTags.RSA_GENERAL,
          PublicKeyAlgorithmTags.DSA,
          PublicKeyAlgorithmTags.ECDSA,
          PublicKeyAlgorithmTags.EDDSA_LEGACY,
          PublicKeyAlgorithmTags.Ed25519,
          PublicKeyAlgorithmTags.Ed448 ->
          true;
      default -> false;
    };
  }
}
