package io.tradingengine.backup.s3;

import io.tradingengine.backup.DestinationSpec;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Settings;
import java.net.URI;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket of Amazon S3, or of a store that speaks its protocol. Credentials and region come from
 * where AWS's tools take them, unless they are said here. Immutable; each method returns new
 * settings.
 */
public final class S3 implements DestinationSpec {

  /** Who may shorten an Object Lock. */
  public enum LockMode {
    /** Whoever has the permission {@code s3:BypassGovernanceRetention}. */
    GOVERNANCE,
    /** Nobody, not even the owner of the account. */
    COMPLIANCE
  }

  /** How the store makes sure that what arrived is what was sent. */
  public enum Checksums {
    /** SHA-256, as Amazon S3 has had it since 2022. */
    SHA256,
    /** MD5, for stores that refuse or ignore the newer checksums. */
    MD5
  }

  private final Settings settings;

  private S3(Settings settings) {
    this.settings = settings;
  }

  /** Keeps backups in that bucket, which must exist. */
  public static S3 bucket(String bucket) {
    return new S3(Settings.of("s3").with("bucket", bucket));
  }

  /** Keeps them below {@code prefix}, such as {@code prod}, so that systems can share a bucket. */
  public S3 prefix(String prefix) {
    return with("prefix", prefix);
  }

  /** The bucket's region, such as {@code eu-west-1}. */
  public S3 region(String region) {
    return with("region", region);
  }

  /** The address of a store other than Amazon's. */
  public S3 endpoint(URI endpoint) {
    return with("endpoint", endpoint.toString());
  }

  /** Names the bucket in the path instead of in the host's name; many other stores need it. */
  public S3 pathStyle() {
    return with("path-style", true);
  }

  /**
   * The storage class of objects from 128 KiB on, such as {@code STANDARD_IA}. Smaller ones stay in
   * the bucket's standard class, because the others charge them as if they had 128 KiB.
   */
  public S3 storageClass(String storageClass) {
    return with("storage-class", storageClass);
  }

  /** Has the store encrypt with its own keys (SSE-S3), on top of the backup's own encryption. */
  public S3 sseS3() {
    return with("encryption", "sse-s3");
  }

  /** Has the store encrypt with a key of AWS KMS, said by its id, ARN or alias. */
  public S3 kmsKey(String key) {
    return with("encryption", "kms").with("kms-key", key);
  }

  /**
   * Has the store keep every object of a backup for that many days, whoever asks to remove it. The
   * bucket must have been made with Object Lock.
   */
  public S3 objectLock(LockMode mode, int days) {
    return with("object-lock-mode", mode).with("object-lock-days", days);
  }

  /** The size in bytes from which an object is sent in parts, which is also that of a part. */
  public S3 partSize(long bytes) {
    return with("part-size", bytes);
  }

  /** How the store checks what arrives; {@link Checksums#SHA256} by default. */
  public S3 checksums(Checksums checksums) {
    return with("checksums", checksums);
  }

  /** The credentials, instead of those of AWS's default chain. */
  public S3 credentials(Secret accessKey, Secret secretKey) {
    return with("access-key", accessKey).with("secret-key", secretKey);
  }

  /**
   * The program's own client, used as it is and never closed by the library. Region, endpoint and
   * credentials are the client's.
   */
  public S3 client(S3Client client) {
    return with("client", client);
  }

  private S3 with(String key, Object value) {
    return new S3(settings.with(key, value));
  }

  @Override
  public Settings settings() {
    return settings;
  }
}
