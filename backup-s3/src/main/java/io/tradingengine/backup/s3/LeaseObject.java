package io.tradingengine.backup.s3;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * The object that stands for the right to write: reads it, and replaces it if it is as one knows
 * it. Safe for concurrent use.
 */
final class LeaseObject {
  static final String NAME = ".lease";

  /**
   * The lease as the store has it.
   *
   * @param age since it was last written, by the store's own clock; empty where it does not tell
   */
  record Seen(LeaseText text, String etag, Optional<Duration> age) {}

  private final Store store;
  private final Consumer<AwsRequestOverrideConfiguration.Builder> timely;

  /**
   * The lease of a store.
   *
   * @param timeout after which a request has failed, so that there is time for another
   */
  LeaseObject(Store store, Duration timeout) {
    this.store = store;
    this.timely = config -> config.apiCallTimeout(timeout);
  }

  String place() {
    return store.options().place();
  }

  /** The lease, or empty where nobody ever took it. */
  Optional<Seen> read() throws IOException {
    ResponseBytes<GetObjectResponse> answer;
    try {
      answer =
          store
              .client()
              .getObject(
                  request ->
                      request
                          .bucket(store.bucket())
                          .key(store.name(NAME))
                          .overrideConfiguration(timely),
                  ResponseTransformer.toBytes());
    } catch (SdkException e) {
      if (S3Errors.isMissing(e)) {
        return Optional.empty();
      }
      throw store.errors().translate("read the lease of", "s3:GetObject", e);
    }
    GetObjectResponse response = answer.response();
    return Optional.of(
        new Seen(
            LeaseText.parse(answer.asByteArray()), String.valueOf(response.eTag()), age(response)));
  }

  private static Optional<Duration> age(GetObjectResponse response) {
    Instant written = response.lastModified();
    return response
        .sdkHttpResponse()
        .firstMatchingHeader("Date")
        .flatMap(LeaseObject::time)
        .filter(now -> written != null)
        .map(now -> Duration.between(written, now));
  }

  private static Optional<Instant> time(String date) {
    try {
      return Optional.of(
          ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty(); // as if it did not tell
    }
  }

  /**
   * Writes it where there is none.
   *
   * @return its ETag, or empty if the store refused
   */
  Optional<String> create(LeaseText text) throws IOException {
    return write(text, store.put(NAME).ifNoneMatch("*"));
  }

  /**
   * Replaces it if it still has that ETag.
   *
   * @return its new ETag, or empty if the store refused
   */
  Optional<String> replace(LeaseText text, String etag) throws IOException {
    return write(text, store.put(NAME).ifMatch(etag));
  }

  /** Writes it whatever was there. */
  void overwrite(LeaseText text) throws IOException {
    write(text, store.put(NAME));
  }

  private Optional<String> write(LeaseText text, PutObjectRequest.Builder request)
      throws IOException {
    byte[] bytes = text.bytes();
    // The store answers with its ETag; MD5 also lets it refuse what was cut on its way.
    request.contentMD5(Store.md5(bytes, bytes.length)).overrideConfiguration(timely);
    try {
      @Nullable String etag =
          store.client().putObject(request.build(), RequestBody.fromBytes(bytes)).eTag();
      if (etag == null) {
        throw new IOException("Cannot lock " + place() + ": the store gives no ETag");
      }
      return Optional.of(etag);
    } catch (SdkException e) {
      // Gone meanwhile is changed meanwhile.
      if (S3Errors.isCondition(e) || S3Errors.isMissing(e)) {
        return Optional.empty();
      }
      throw store.errors().translate("write the lease of", "s3:PutObject", e);
    }
  }
}
