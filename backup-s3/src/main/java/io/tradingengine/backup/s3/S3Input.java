package io.tradingengine.backup.s3;

import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The bytes of an answer, all of them or a failure: an answer that ends early is never taken for a
 * shorter object. Not safe for concurrent use.
 */
final class S3Input extends InputStream {
  private final ResponseInputStream<GetObjectResponse> in;
  private final S3Errors errors;
  private final String what;
  private long left;
  private boolean closed;

  /**
   * Reads from {@code in}, and closes it.
   *
   * @param length how many bytes must come
   * @param what was asked for, for messages, such as {@code read a/b from}
   */
  S3Input(ResponseInputStream<GetObjectResponse> in, long length, S3Errors errors, String what) {
    this.in = in;
    this.left = length;
    this.errors = errors;
    this.what = what;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int count;
    try {
      count = in.read(bytes, offset, (int) Math.min(length, left));
    } catch (IOException | SdkException | IllegalStateException e) {
      throw errors.translate(what, "s3:GetObject", e);
    }
    if (count < 0) {
      throw new IOException(
          "Cannot " + what + " the store: the answer ends " + left + " bytes early");
    }
    left -= count;
    return count;
  }

  @Override
  public int available() throws IOException {
    return closed ? 0 : (int) Math.min(left, in.available());
  }

  /** Ends the answer; its connection serves again if all of it was read, and is cut otherwise. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (left > 0) {
      in.abort();
    } else {
      try {
        in.close();
      } catch (IOException | SdkException e) {
        throw errors.translate(what, "s3:GetObject", e);
      }
    }
  }
}
