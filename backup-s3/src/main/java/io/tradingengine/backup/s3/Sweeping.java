package io.tradingengine.backup.s3;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Removes the parts of uploads whose process has died: nobody sees them, but they are paid for.
 * Safe for concurrent use.
 */
final class Sweeping {
  // A put that is slower than that is none: its run has long been given up.
  private static final Duration AGE = Duration.ofHours(24);

  private final Store store;
  private final Clock clock;

  Sweeping(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Removes them, and says how many uploads there were. */
  int sweep() throws IOException {
    Instant oldest = clock.instant().minus(AGE);
    int removed = 0;
    try {
      for (ListMultipartUploadsResponse page :
          store
              .client()
              .listMultipartUploadsPaginator(
                  request -> request.bucket(store.bucket()).prefix(store.options().prefix()))) {
        for (MultipartUpload upload : page.uploads()) {
          // Others may share the bucket: what has no key of ours is none of ours.
          if (upload.initiated().isBefore(oldest) && store.key(upload.key()).isPresent()) {
            removed += abort(upload);
          }
        }
      }
    } catch (SdkException e) {
      throw store
          .errors()
          .translate(
              "remove left-over uploads from",
              "s3:ListBucketMultipartUploads and s3:AbortMultipartUpload",
              e);
    }
    return removed;
  }

  private int abort(MultipartUpload upload) {
    try {
      store
          .client()
          .abortMultipartUpload(
              request ->
                  request.bucket(store.bucket()).key(upload.key()).uploadId(upload.uploadId()));
      return 1;
    } catch (SdkException e) {
      if (S3Errors.isMissing(e)) {
        return 0; // finished or removed meanwhile
      }
      throw e;
    }
  }
}
