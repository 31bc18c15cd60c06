package io.tradingengine.backup.s3;

import io.tradingengine.backup.s3.S3.Checksums;
import io.tradingengine.backup.s3.S3Options.Encryption;
import io.tradingengine.backup.spi.ObjectKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** A bucket, how to reach it, and how objects stand in it. Safe for concurrent use. */
record Store(S3Client client, S3Options options, S3Errors errors) {
  /** Below this size, the cheaper storage classes charge more than the standard one. */
  static final int SMALL = 128 << 10;

  private static final String NOTES = "notes/";

  Store(S3Client client, S3Options options) {
    this(client, options, new S3Errors(options));
  }

  String bucket() {
    return options.bucket();
  }

  /** The name in the bucket of an object or, with a dot at its start, of what is hidden. */
  String name(String key) {
    return options.prefix() + key;
  }

  /** The key of what stands in the bucket under {@code name}; empty for what is none of ours. */
  Optional<ObjectKey> key(String name) {
    if (!name.startsWith(options.prefix())) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ObjectKey(name.substring(options.prefix().length())));
    } catch (IllegalArgumentException e) {
      // Hidden, or put there by somebody else: no object of this repository.
      return Optional.empty();
    }
  }

  /** Whether objects are told from their later versions. */
  boolean versioned() {
    return options.lock().isPresent();
  }

  /** A request to put something that is not protected, such as the lease. */
  PutObjectRequest.Builder put(String key) {
    PutObjectRequest.Builder request = PutObjectRequest.builder().bucket(bucket()).key(name(key));
    encryption().ifPresent(request::serverSideEncryption);
    options.kmsKey().ifPresent(request::ssekmsKeyId);
    return request;
  }

  /** A request to put an object of {@code length} bytes in one piece. */
  PutObjectRequest.Builder put(ObjectKey key, long length) {
    PutObjectRequest.Builder request = put(key.value());
    storageClass(length).ifPresent(request::storageClass);
    lockMode(key)
        .ifPresent(mode -> request.objectLockMode(mode).objectLockRetainUntilDate(lockedUntil()));
    return request;
  }

  /** A request to put an object of {@code length} bytes in parts. */
  CreateMultipartUploadRequest.Builder parts(ObjectKey key, long length) {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder().bucket(bucket()).key(name(key.value()));
    encryption().ifPresent(request::serverSideEncryption);
    options.kmsKey().ifPresent(request::ssekmsKeyId);
    storageClass(length).ifPresent(request::storageClass);
    lockMode(key)
        .ifPresent(mode -> request.objectLockMode(mode).objectLockRetainUntilDate(lockedUntil()));
    return request;
  }

  boolean md5() {
    return options.checksums() == Checksums.MD5;
  }

  private Optional<String> storageClass(long length) {
    return options.storageClass().filter(any -> length >= SMALL);
  }

  private Optional<ServerSideEncryption> encryption() {
    return options
        .encryption()
        .map(
            each ->
                each == Encryption.KMS
                    ? ServerSideEncryption.AWS_KMS
                    : ServerSideEncryption.AES256);
  }

  /** Notes are small, many, and must be free to go: they are not protected. */
  private Optional<ObjectLockMode> lockMode(ObjectKey key) {
    return options
        .lock()
        .filter(any -> !key.value().startsWith(NOTES))
        .map(
            lock ->
                switch (lock.mode()) {
                  case GOVERNANCE -> ObjectLockMode.GOVERNANCE;
                  case COMPLIANCE -> ObjectLockMode.COMPLIANCE;
                });
  }

  private @Nullable Instant lockedUntil() {
    return options
        .lock()
        .map(lock -> Instant.now().plus(Duration.ofDays(lock.days())))
        .orElse(null);
  }

  static String base64(byte[] digest) {
    return Base64.getEncoder().encodeToString(digest);
  }

  /** The MD5 of some bytes, as the header {@code Content-MD5} has it. */
  static String md5(byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(bytes, 0, length);
      return base64(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
