package io.tradingengine.backup.s3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Whether the store honours conditions on a put, which is asked once, when it first matters. The
 * object that is asked with stays, hidden, so that asking takes no right to remove anything. Safe
 * for concurrent use.
 */
final class Conditions {

  /**
   * What the store honours.
   *
   * @param absent {@code If-None-Match: *}: put only what is not there
   * @param unchanged {@code If-Match}: replace only what is as one knows it
   */
  record Honoured(boolean absent, boolean unchanged) {
    /** Whether a lease can rely on the store. */
    boolean all() {
      return absent && unchanged;
    }
  }

  private static final String PROBE = ".conditions";
  private static final byte[] TEXT =
      "Asks whether this store honours conditional puts.\n".getBytes(StandardCharsets.UTF_8);
  private static final String NO_ETAG = "\"00000000000000000000000000000000\"";

  private final Store store;
  private @Nullable Honoured honoured;

  Conditions(Store store) {
    this.store = store;
  }

  /**
   * What the store honours.
   *
   * @throws IOException if it cannot be asked; the next call asks again
   */
  synchronized Honoured honoured() throws IOException {
    Honoured known = honoured;
    if (known == null) {
      boolean absent = putIfAbsent();
      // The first may have put it; the second finds it there and must be refused.
      known = new Honoured(absent || putIfAbsent(), refuses(put().ifMatch(NO_ETAG)));
      honoured = known;
    }
    return known;
  }

  private boolean putIfAbsent() throws IOException {
    return refuses(put().ifNoneMatch("*"));
  }

  private PutObjectRequest.Builder put() {
    return store.put(PROBE);
  }

  private boolean refuses(PutObjectRequest.Builder request) throws IOException {
    if (store.md5()) {
      request.contentMD5(Store.md5(TEXT, TEXT.length));
    }
    try {
      store.client().putObject(request.build(), RequestBody.fromBytes(TEXT));
      return false;
    } catch (SdkException e) {
      if (S3Errors.status(e) == 412) {
        return true; // A 409 tells of somebody else's put, and proves nothing.
      }
      if (S3Errors.status(e) == S3Errors.NOT_IMPLEMENTED) {
        return false;
      }
      throw store.errors().translate("ask for conditions of", "s3:PutObject", e);
    }
  }
}
