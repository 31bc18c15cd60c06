package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Puts an object in one request. The store is told the digest, and takes the object whole or not at
 * all. Safe for concurrent use.
 */
final class Upload {
  static final String PERMISSION = "s3:PutObject";
  private static final int TINY = 1 << 20;

  private final Store store;
  private final Buffers buffers;

  Upload(Store store, Buffers buffers) {
    this.store = store;
    this.buffers = buffers;
  }

  /**
   * Puts an object.
   *
   * @param content no longer than a buffer
   * @param onlyIfAbsent whether the store is asked to refuse where there is one
   * @throws ConditionFailed if it refused
   */
  void put(ObjectKey key, Content content, boolean onlyIfAbsent) throws IOException {
    if (content.length() <= TINY) {
      put(key, content, onlyIfAbsent, new byte[(int) content.length()]);
      return;
    }
    byte[] buffer = take(buffers);
    try {
      put(key, content, onlyIfAbsent, buffer);
    } finally {
      buffers.giveBack(buffer);
    }
  }

  static byte[] take(Buffers buffers) throws IOException {
    try {
      return buffers.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a buffer");
    }
  }

  private void put(ObjectKey key, Content content, boolean onlyIfAbsent, byte[] buffer)
      throws IOException {
    int length = (int) content.length();
    Filling filling = new Filling(buffer, length);
    content.writeTo(filling);
    filling.end();
    PutObjectRequest.Builder request = store.put(key, length).contentLength((long) length);
    if (onlyIfAbsent) {
      request.ifNoneMatch("*");
    }
    String digest = Store.base64(HexFormat.of().parseHex(content.sha256().hex()));
    if (store.md5()) {
      requireDigest(content, buffer, length);
      request.contentMD5(Store.md5(buffer, length));
    } else {
      request.checksumSHA256(digest);
    }
    String answered = send(key, request.build(), body(buffer, length)).checksumSHA256();
    requireAnswer(store, key, digest, answered);
  }

  /**
   * That what the store says it has is what was sent.
   *
   * @param sent the checksum that the store was told; null where it was told none
   * @param answered the one that it answered; null where it knows none
   */
  static void requireAnswer(
      Store store, ObjectKey key, @Nullable String sent, @Nullable String answered)
      throws WrongAnswer {
    if (sent != null && answered != null && !answered.equals(sent)) {
      throw new WrongAnswer(
          "Cannot put "
              + key
              + " into "
              + store.options().place()
              + ": the store says that it has other bytes, of SHA-256 "
              + answered
              + " instead of "
              + sent);
    }
  }

  private PutObjectResponse send(ObjectKey key, PutObjectRequest request, RequestBody body)
      throws IOException {
    try {
      return store.client().putObject(request, body);
    } catch (SdkException e) {
      throw failed(store, key, e);
    }
  }

  /** What a failed put means. */
  static IOException failed(Store store, ObjectKey key, SdkException e) {
    if (S3Errors.isCondition(e)) {
      return new ConditionFailed(key, e);
    }
    return store.errors().translate("put " + key + " into", PERMISSION, e);
  }

  /** A body that can be sent again as long as the buffer stays as it is. */
  static RequestBody body(byte[] buffer, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(buffer, 0, length), length, "application/octet-stream");
  }

  /** What the store does not check by itself: that the content is what it says. */
  private static void requireDigest(Content content, byte[] buffer, int length) throws IOException {
    var digest = Sha256.newDigest();
    digest.update(buffer, 0, length);
    requireDigest(content, Sha256.from(digest));
  }

  static void requireDigest(Content content, Sha256 found) throws IOException {
    if (!found.equals(content.sha256())) {
      throw new IOException(
          "its content has the SHA-256 " + found + " instead of " + content.sha256());
    }
  }

  /** The store refused to put an object because there is one, or another was putting it. */
  static final class ConditionFailed extends IOException {
    private static final long serialVersionUID = 1L;

    ConditionFailed(ObjectKey key, @Nullable Throwable cause) {
      super(key + " is there already, or somebody else is putting it", cause);
    }
  }

  /** The store took other bytes than were sent. */
  static final class WrongAnswer extends IOException {
    private static final long serialVersionUID = 1L;

    WrongAnswer(String message) {
      super(message);
    }
  }

  /** Fills a buffer with content of a known length. */
  private static final class Filling extends OutputStream {
    private final byte[] buffer;
    private final int length;
    private long written;

    Filling(byte[] buffer, int length) {
      this.buffer = buffer;
      this.length = length;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      written += count;
      if (written > length) {
        end();
      }
      System.arraycopy(bytes, offset, buffer, (int) written - count, count);
    }

    void end() throws IOException {
      if (written != length) {
        throw new IOException(
            "its content has "
                + (written > length ? "more than " + length : written)
                + " bytes instead of "
                + length);
      }
    }
  }
}
