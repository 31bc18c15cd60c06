package io.tradingengine.backup.core.openpgp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;

/**
 * One pass of AES in the cipher feedback mode of OpenPGP (RFC 4880, 13.9, without
 * resynchronisation), many times faster than the JDK's own CFB. Not safe for concurrent use.
 *
 * <p>CFB is Cᵢ = Pᵢ ⊕ Xᵢ with Xᵢ = E(Cᵢ₋₁) and C₀ = 0. Since Xᵢ₊₁ = E(Pᵢ ⊕ Xᵢ), encrypting the
 * <em>plain</em> text in CBC mode with X₁ as initialisation vector yields X₂, X₃, …; and when
 * decrypting, encrypting the <em>cipher</em> text block by block yields the same. So either way the
 * JDK's bulk ciphers supply the key stream, one block late, and what is left is an exclusive or.
 */
final class Cfb {
  static final int BLOCK = 16;

  /** Bytes handed to the JDK's cipher at a time: all buffers together fit the first-level cache. */
  private static final int STRIDE = 8 * 1024;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final Cipher cipher;

  /** The key stream: that of the next block, and room for what follows it. */
  private final byte[] stream = new byte[BLOCK + STRIDE];

  private Cfb(Cipher cipher, byte[] first) {
    this.cipher = cipher;
    System.arraycopy(first, 0, stream, 0, BLOCK);
  }

  /** A pass that encrypts one message. */
  static Cfb encrypting(SessionKey key) {
    try {
      byte[] first = first(key);
      Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key.aes(), new IvParameterSpec(first));
      return new Cfb(cipher, first);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES in CBC mode", e);
    }
  }

  /** A pass that decrypts one message. */
  static Cfb decrypting(SessionKey key) {
    try {
      byte[] first = first(key);
      return new Cfb(blocks(key), first);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES in ECB mode", e);
    }
  }

  /** X₁, the encryption of a block of zeros. */
  private static byte[] first(SessionKey key) throws GeneralSecurityException {
    return blocks(key).doFinal(new byte[BLOCK]);
  }

  private static Cipher blocks(SessionKey key) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, key.aes());
    return cipher;
  }

  /**
   * Takes the message one step further. {@code to} may be the array {@code from} itself, at the
   * same offset.
   *
   * @param length a multiple of {@link #BLOCK}, except in the last step of a message
   */
  void apply(byte[] from, int fromOffset, byte[] to, int toOffset, int length) {
    int done = 0;
    while (done < length) {
      int step = Math.min(STRIDE, length - done);
      int whole = step & -BLOCK;
      try {
        if (whole > 0) {
          cipher.update(from, fromOffset + done, whole, stream, BLOCK);
        }
      } catch (ShortBufferException e) {
        throw new IllegalStateException("a block cipher without padding keeps the length", e);
      }
      xor(from, fromOffset + done, to, toOffset + done, step);
      System.arraycopy(stream, whole, stream, 0, BLOCK);
      done += step;
    }
  }

  private void xor(byte[] from, int fromOffset, byte[] to, int toOffset, int length) {
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      LONGS.set(
          to, toOffset + i, (long) LONGS.get(from, fromOffset + i) ^ (long) LONGS.get(stream, i));
    }
    for (; i < length; i++) {
      to[toOffset + i] = (byte) (from[fromOffset + i] ^ stream[i]);
    }
  }
}
