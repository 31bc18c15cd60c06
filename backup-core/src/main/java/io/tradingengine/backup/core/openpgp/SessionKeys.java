package io.tradingengine.backup.core.openpgp;

import static java.util.stream.Collectors.joining;

import io.tradingengine.backup.IntegrityException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.bouncycastle.openpgp.PGPEncryptedData;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSessionKey;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Recovers session keys with our secret keys. All messages of an artifact carry the same encrypted
 * session keys, byte for byte, so the latest results are kept: the public-key operation, tens of
 * milliseconds for RSA, is done once an artifact. Safe for concurrent use.
 */
final class SessionKeys {
  private static final int KEPT = 256;

  /** Room for a hundred recipients with RSA-4096. */
  private static final int LONGEST = 64 * 1024;

  /** The key id of a recipient that stays unnamed: every key is tried. */
  private static final long ANONYMOUS = 0;

  private static final Recovery DAMAGED =
      new Recovery.Failed(
          "is damaged: its session key cannot be recovered, or is for no AES", null);

  private static final byte[] SOME_ENCRYPTED_DATA = {(byte) (0xC0 | Packet.ENCRYPTED_DATA), 1, 1};

  private final List<PGPKeyPair> secretKeys;
  private final Map<ByteBuffer, FutureTask<Recovery>> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, FutureTask<Recovery>> eldest) {
          return size() > KEPT;
        }
      };

  SessionKeys(List<PGPKeyPair> secretKeys) {
    this.secretKeys = List.copyOf(secretKeys);
  }

  /** What came of an attempt; remembered either way, as the same bytes lead to the same end. */
  private sealed interface Recovery {
    record Found(SessionKey key) implements Recovery {}

    record Failed(String message, @Nullable String hint) implements Recovery {}
  }

  /**
   * The session key of a message.
   *
   * @param packets all that stands before the encrypted data
   * @throws IntegrityException if it is encrypted to none of our keys, or damaged
   */
  SessionKey recover(byte[] packets, String objectKey) {
    if (packets.length > LONGEST) {
      throw new IntegrityException(objectKey, "has an impossibly long list of recipients", null);
    }
    FutureTask<Recovery> task;
    synchronized (kept) {
      task =
          kept.computeIfAbsent(
              ByteBuffer.wrap(packets), bytes -> new FutureTask<>(() -> attempt(packets)));
    }
    task.run();
    Recovery recovery = join(task);
    if (recovery instanceof Recovery.Failed failed) {
      throw new IntegrityException(objectKey, failed.message(), failed.hint(), null);
    }
    return ((Recovery.Found) recovery).key();
  }

  /** Waits even if interrupted: it is a matter of milliseconds, and the caller looks next. */
  private static Recovery join(Future<Recovery> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("recovering a session key", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Recovery attempt(byte[] packets) throws MalformedPacketException {
    List<Long> recipients = new ArrayList<>();
    boolean ours = false;
    PacketParser parser = new PacketParser(packets, 0, packets.length);
    while (parser.hasNext()) {
      int start = parser.position();
      int tag = parser.next();
      parser.skip();
      Optional<PGPPublicKeyEncryptedData> encrypted =
          tag == Packet.KEY_ENCRYPTED_SESSION_KEY
              ? parse(packets, start, parser.position())
              : Optional.empty();
      if (encrypted.isEmpty()) {
        continue;
      }
      long keyId = encrypted.get().getKeyIdentifier().getKeyId();
      recipients.add(keyId);
      for (PGPKeyPair secretKey : secretKeys) {
        if (keyId == ANONYMOUS || keyId == secretKey.getKeyIdentifier().getKeyId()) {
          ours |= keyId != ANONYMOUS;
          Optional<SessionKey> key = decrypt(encrypted.get(), secretKey);
          if (key.isPresent()) {
            return new Recovery.Found(key.get());
          }
        }
      }
    }
    return ours ? DAMAGED : foreign(recipients);
  }

  /** One packet, or nothing if it is of a kind that none of our keys could open. */
  private static Optional<PGPPublicKeyEncryptedData> parse(byte[] packets, int start, int end) {
    ByteArrayOutputStream alone = new ByteArrayOutputStream();
    alone.write(packets, start, end - start);
    alone.writeBytes(SOME_ENCRYPTED_DATA);
    try {
      for (PGPEncryptedData data : new PGPEncryptedDataList(alone.toByteArray())) {
        if (data instanceof PGPPublicKeyEncryptedData encrypted) {
          return Optional.of(encrypted);
        }
      }
    } catch (IOException | RuntimeException e) {
      // A newer version or algorithm, or nonsense: the recipient that it is meant for will know.
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static Optional<SessionKey> decrypt(
      PGPPublicKeyEncryptedData encrypted, PGPKeyPair secretKey) {
    try {
      PGPSessionKey key = encrypted.getSessionKey(new BcPublicKeyDataDecryptorFactory(secretKey));
      byte[] bytes = key.getKey();
      return bytes.length > 0 && bytes.length == SessionKey.lengthOf(key.getAlgorithm())
          ? Optional.of(SessionKey.of(bytes))
          : Optional.empty();
    } catch (PGPException | RuntimeException e) {
      // Said without the reason on purpose: it would help whoever sends forged messages.
      return Optional.empty();
    }
  }

  private Recovery foreign(List<Long> recipients) {
    if (recipients.isEmpty()) {
      return new Recovery.Failed(
          "is encrypted to no public key", "only messages to OpenPGP keys can be read");
    }
    String others = recipients.stream().map(KeyNames::id).distinct().collect(joining(", "));
    String own =
        secretKeys.stream()
            .map(key -> KeyNames.id(key.getKeyIdentifier().getKeyId()))
            .collect(joining(", "));
    return new Recovery.Failed(
        "is encrypted to " + others + "; the secret key at hand is " + own,
        "set secret-key of the decryption section to the secret key of a recipient");
  }
}
