package io.tradingengine.backup.spi;

import io.tradingengine.backup.IntegrityException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Encrypts what goes into a repository, decrypts what comes out, and signs and checks manifests.
 * Safe for concurrent use.
 */
public interface Encryptor {

  /** What encrypted objects' names end with, such as {@code .gpg}; empty for no encryption. */
  String suffix();

  /** Whether this host holds what decryption needs. */
  boolean canDecrypt();

  /**
   * A sealer for one artifact. Its messages may share a session key; every message stays complete
   * in itself.
   *
   * @throws IOException if the keys cannot be used
   */
  Sealer newSealer() throws IOException;

  /**
   * Decrypts one whole message and checks its integrity. Nothing is returned of a message that
   * fails the check.
   *
   * @param message what remains is the message; it is consumed, and its array may be written over
   * @param objectKey the name of the object, for messages
   * @return the plain bytes, perhaps in {@code message}'s own array
   * @throws IntegrityException if the message is damaged, or encrypted to other keys
   */
  ByteBuffer decrypt(ByteBuffer message, String objectKey);

  /**
   * A detached signature over a document, or empty where no signing key is configured. It is stored
   * under the document's name with {@code .asc} added.
   */
  Optional<byte[]> sign(byte[] document);

  /**
   * Checks a document against its detached signature. Where no trusted signers are configured, any
   * signature, and none, is accepted.
   *
   * @throws IntegrityException if a trusted signature is required and this is none
   */
  void verify(byte[] document, Optional<byte[]> signature, String objectKey);

  /** Encrypts the messages of one artifact. Safe for concurrent use. */
  interface Sealer {
    /**
     * A stream that encrypts into {@code out}. Closing it ends the message and leaves {@code out}
     * open; a message that was not closed is incomplete and does not decrypt.
     *
     * @param objectKey the name of the object that the message becomes
     */
    OutputStream encrypt(OutputStream out, String objectKey) throws IOException;
  }
}
