package io.tradingengine.backup.spi;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A SHA-256 digest (FIPS 180-4), as 64 lower-case hexadecimal digits. Immutable.
 *
 * @param hex the digits
 */
public record Sha256(String hex) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  public Sha256 {
    Objects.requireNonNull(hex, "hex");
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("not a SHA-256 digest: '" + hex + "'");
    }
  }

  /** The digest of all bytes of {@code bytes}. */
  public static Sha256 of(byte[] bytes) {
    return of(ByteBuffer.wrap(bytes));
  }

  /** The digest of what remains in {@code bytes}, which is consumed. */
  public static Sha256 of(ByteBuffer bytes) {
    MessageDigest digest = newDigest();
    digest.update(bytes);
    return from(digest);
  }

  /** Ends {@code digest} and takes its value. */
  public static Sha256 from(MessageDigest digest) {
    return new Sha256(HexFormat.of().formatHex(digest.digest()));
  }

  /** A digest to feed; not safe for concurrent use. */
  public static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return hex;
  }
}
