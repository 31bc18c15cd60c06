package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Says in the terms of {@link java.io} what a store or the way to it answered. What is no answer
 * but a failure that may pass becomes a plain {@link IOException}, which the engine tries again.
 */
final class S3Errors {
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int CONFLICT = 409;
  static final int PRECONDITION_FAILED = 412;
  static final int RANGE_NOT_SATISFIABLE = 416;
  static final int NOT_IMPLEMENTED = 501;
  private static final int MOVED = 301;

  /** What to do about what is no matter of permissions. */
  private static final Map<String, String> CREDENTIALS =
      Map.of(
          "InvalidAccessKeyId", "the store does not know the access key",
          "SignatureDoesNotMatch", "the secret key does not belong to the access key",
          "RequestTimeTooSkewed", "this host's clock is wrong; set it by NTP",
          "InvalidToken", "the session token is not valid",
          "AccountProblem", "the account has a problem; ask the store's support");

  private final String place;
  private final String bucket;

  S3Errors(S3Options options) {
    this.place = options.place();
    this.bucket = options.bucket();
  }

  /**
   * What a failure means.
   *
   * @param what was tried, such as {@code put a/b into}
   * @param permission which one it takes, such as {@code s3:PutObject}
   */
  IOException translate(String what, String permission, Exception e) {
    String failed = "Cannot " + what + " " + place + ": ";
    if (isInterruption(e)) {
      Thread.currentThread().interrupt();
      IOException interrupted = new InterruptedIOException(failed + "interrupted");
      interrupted.initCause(e);
      return interrupted;
    }
    if (e instanceof S3Exception answer) {
      return answered(failed, permission, answer);
    }
    String reason = String.valueOf(e.getMessage());
    if (reason.contains("Unable to load credentials")) {
      reason =
          "no credentials were found; give the host a role, set AWS_ACCESS_KEY_ID and"
              + " AWS_SECRET_ACCESS_KEY, or set access-key and secret-key";
    }
    return new IOException(failed + reason, e);
  }

  private IOException answered(String failed, String permission, S3Exception e) {
    String code = code(e);
    String reason = e.statusCode() + " " + reason(e);
    if (code.equals("NoSuchBucket")) {
      return answer(
          failed + "there is no bucket '" + bucket + "'; make it, or check the name",
          new NoSuchFileException(bucket, null, reason),
          e);
    }
    if (e.statusCode() == MOVED || code.equals("AuthorizationHeaderMalformed")) {
      String region =
          e.awsErrorDetails() == null
              ? null
              : e.awsErrorDetails()
                  .sdkHttpResponse()
                  .firstMatchingHeader("x-amz-bucket-region")
                  .orElse(null);
      return answer(
          failed
              + "the bucket is in another region; set region"
              + (region == null ? " to the bucket's" : ": " + region),
          new AccessDeniedException(bucket, null, reason),
          e);
    }
    if (e.statusCode() == FORBIDDEN) {
      String hint = CREDENTIALS.getOrDefault(code, "grant " + permission + " to who runs this");
      AccessDeniedException denied =
          new AccessDeniedException(place, null, failed + reason + "; " + hint);
      denied.initCause(e);
      return denied;
    }
    return new IOException(failed + reason, e);
  }

  /** A failure that stays the same however often one asks, which its cause says. */
  private static IOException answer(String message, IOException cause, Exception e) {
    cause.initCause(e);
    return new IOException(message, cause);
  }

  /** That there is no such object. */
  NoSuchFileException missing(ObjectKey key, @Nullable Exception e) {
    NoSuchFileException missing = new NoSuchFileException(key.value(), null, "is not in " + place);
    if (e != null) {
      missing.initCause(e);
    }
    return missing;
  }

  /** Whether the store says that there is no such object; the bucket is there. */
  static boolean isMissing(SdkException e) {
    return e instanceof S3Exception answer
        && answer.statusCode() == NOT_FOUND
        && !code(answer).equals("NoSuchBucket");
  }

  /** Whether the store refused because a condition did not hold, or another was at it. */
  static boolean isCondition(SdkException e) {
    return status(e) == PRECONDITION_FAILED || status(e) == CONFLICT;
  }

  /** The status of the store's answer, or 0 where there was none. */
  static int status(SdkException e) {
    return e instanceof S3Exception answer ? answer.statusCode() : 0;
  }

  /** The code of the store's answer, or an empty text. */
  static String code(S3Exception e) {
    String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    return code == null ? "" : code;
  }

  /** What the store said, on one line and without what only its makers understand. */
  static String reason(S3Exception e) {
    String message = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
    String text = message == null ? String.valueOf(e.getMessage()) : message;
    return (code(e) + " " + text).strip().replaceAll("\\p{Cntrl}+", " ");
  }

  /** Whether this thread was asked to stop, which the SDK says in several ways. */
  static boolean isInterruption(Throwable e) {
    if (Thread.currentThread().isInterrupted()) {
      return true;
    }
    for (Throwable each = e; each != null; each = each.getCause()) {
      boolean timeOut =
          each instanceof SocketTimeoutException
              || each.getClass().getSimpleName().toLowerCase(Locale.ROOT).contains("timeout");
      if (!timeOut
          && (each instanceof AbortedException
              || each instanceof InterruptedException
              || each instanceof InterruptedIOException)) {
        return true;
      }
    }
    return false;
  }
}
