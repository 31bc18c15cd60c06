package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Reads objects, whole or a range. Safe for concurrent use. */
final class Reading {
  static final String PERMISSION = "s3:GetObject";
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-.*");
  // No object is that long, and some stores cannot read larger numbers.
  private static final long BEYOND = 1L << 52;

  private final Store store;
  private final Versions versions;

  Reading(Store store, Versions versions) {
    this.store = store;
    this.versions = versions;
  }

  /** Whether there is such an object. */
  boolean exists(ObjectKey key) throws IOException {
    if (store.versioned()) {
      return versions.oldest(key).isPresent();
    }
    try {
      store
          .client()
          .headObject(request -> request.bucket(store.bucket()).key(store.name(key.value())));
      return true;
    } catch (SdkException e) {
      if (S3Errors.isMissing(e)) {
        return false;
      }
      throw store.errors().translate("look for " + key + " in", PERMISSION, e);
    }
  }

  /** Opens a range of an object. */
  InputStream open(ObjectKey key, ByteRange range) throws IOException {
    if (range.length() == 0 || range.offset() >= BEYOND) {
      if (!exists(key)) {
        throw store.errors().missing(key, null);
      }
      return InputStream.nullInputStream();
    }
    String version = null;
    if (store.versioned()) {
      version = versions.oldest(key).orElseThrow(() -> store.errors().missing(key, null));
    }
    boolean all = range.equals(ByteRange.ALL);
    String what = "read " + key + " from";
    try {
      ResponseInputStream<GetObjectResponse> in =
          store
              .client()
              .getObject(
                  GetObjectRequest.builder()
                      .bucket(store.bucket())
                      .key(store.name(key.value()))
                      .versionId(version)
                      .range(all ? null : header(range))
                      .build());
      return checked(in, all ? null : range, what);
    } catch (SdkException e) {
      if (S3Errors.isMissing(e)) {
        throw store.errors().missing(key, e);
      }
      if (!all && S3Errors.status(e) == S3Errors.RANGE_NOT_SATISFIABLE) {
        return InputStream.nullInputStream();
      }
      throw store.errors().translate(what, PERMISSION, e);
    }
  }

  private static String header(ByteRange range) {
    long last = range.offset() + Math.min(range.length(), BEYOND) - 1;
    return "bytes=" + range.offset() + "-" + (range.length() >= BEYOND ? "" : last);
  }

  /** The answer, if it says how long it is and, for a range, that it is that range. */
  private InputStream checked(
      ResponseInputStream<GetObjectResponse> in, @Nullable ByteRange range, String what)
      throws IOException {
    Long length = in.response().contentLength();
    String problem = null;
    if (length == null || length < 0) {
      problem = "the store does not say how long it is";
    } else if (range != null && length > 0) {
      String stated = String.valueOf(in.response().contentRange());
      Matcher matcher = CONTENT_RANGE.matcher(stated);
      if (!matcher.matches() || Long.parseLong(matcher.group(1)) != range.offset()) {
        problem = "asked for the range from " + range.offset() + ", the store sent " + stated;
      } else if (length > range.length()) {
        problem = "asked for " + range.length() + " bytes, the store sent " + length;
      }
    }
    if (problem != null || length == null) {
      in.abort();
      throw new IOException("Cannot " + what + " " + store.options().place() + ": " + problem);
    }
    return new S3Input(in, length, store.errors(), what);
  }
}
