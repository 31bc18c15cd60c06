package io.tradingengine.backup.s3;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.s3.S3.Checksums;
import io.tradingengine.backup.s3.S3.LockMode;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where in S3 objects are kept, and how. Immutable.
 *
 * @param prefix what all names start with: empty, or ended by a slash
 * @param storageClass of objects that are large enough for it; empty for the bucket's standard
 * @param lock how long each object of a backup is protected; empty for not at all
 * @param partSize the size in bytes from which an object is sent in parts, and of a part
 */
record S3Options(
    String bucket,
    String prefix,
    Optional<String> storageClass,
    Optional<Encryption> encryption,
    Optional<String> kmsKey,
    Optional<Lock> lock,
    int partSize,
    Checksums checksums) {

  /** How the store encrypts what it keeps. */
  enum Encryption {
    SSE_S3,
    KMS
  }

  /** Object Lock: in which mode, and for how many days. */
  record Lock(LockMode mode, int days) {}

  private static final long SMALLEST_PART = 5L << 20; // S3's own bound
  private static final long LARGEST_PART = 1L << 30;
  private static final long USUAL_PART = 32L << 20;
  // Four parts are in memory at a time: a sixteenth of the heap at the most.
  private static final int SHARE_OF_HEAP = 64;
  private static final int LONGEST_LOCK = 36_500;
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_+-][A-Za-z0-9._+-]*(/[^/]+)*");
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{1,254}");
  // Hours pass before these can be read: neither a restore nor a check of what is there can wait.
  private static final List<String> FROZEN = List.of("GLACIER", "DEEP_ARCHIVE");

  private static final SettingsKey<String> BUCKET_KEY =
      SettingsKey.text("bucket").required().doc("The bucket; it must exist");
  private static final SettingsKey<String> PREFIX_KEY =
      SettingsKey.text("prefix").orElse("").doc("What all names in the bucket start with");
  private static final SettingsKey<String> STORAGE_CLASS =
      SettingsKey.text("storage-class")
          .doc("The storage class of objects from 128 KiB on; smaller ones stay in STANDARD");
  private static final SettingsKey<Encryption> ENCRYPTION =
      SettingsKey.choice("encryption", Encryption.class)
          .doc("Has the store encrypt, on top of the backup's own encryption");
  private static final SettingsKey<String> KMS_KEY =
      SettingsKey.text("kms-key").doc("The id, ARN or alias of the key of AWS KMS");
  private static final SettingsKey<LockMode> LOCK_MODE =
      SettingsKey.choice("object-lock-mode", LockMode.class)
          .doc("Has the store protect every object of a backup; with object-lock-days");
  private static final SettingsKey<Integer> LOCK_DAYS =
      SettingsKey.integer("object-lock-days", 1, LONGEST_LOCK)
          .doc("For how many days; with object-lock-mode");
  private static final SettingsKey<Long> PART_SIZE =
      SettingsKey.size("part-size")
          .doc(
              "The size from which objects are sent in parts; by default 32MiB, less in a small"
                  + " heap");
  private static final SettingsKey<Checksums> CHECKSUMS =
      SettingsKey.choice("checksums", Checksums.class)
          .orElse(Checksums.SHA256)
          .doc("How the store checks what arrives; md5 for stores with older rules");

  /** The keys that these options are read from. */
  static final List<SettingsKey<?>> KEYS =
      List.of(
          BUCKET_KEY,
          PREFIX_KEY,
          STORAGE_CLASS,
          ENCRYPTION,
          KMS_KEY,
          LOCK_MODE,
          LOCK_DAYS,
          PART_SIZE,
          CHECKSUMS);

  /**
   * What these settings say.
   *
   * @throws InvalidConfigException if they contradict each other or cannot be met; lists all
   */
  static S3Options of(Settings settings) {
    List<String> problems = new ArrayList<>();
    String bucket = settings.get(BUCKET_KEY);
    if (!BUCKET.matcher(bucket).matches()) {
      problems.add("bucket: is '" + bucket + "', expected the name of a bucket");
    }
    String prefix = settings.get(PREFIX_KEY).replaceAll("/+$", "");
    if (!prefix.isEmpty() && !PREFIX.matcher(prefix).matches()) {
      problems.add("prefix: is '" + prefix + "', expected something like prod or backups/prod");
    }
    settings
        .find(STORAGE_CLASS)
        .filter(FROZEN::contains)
        .ifPresent(
            frozen ->
                problems.add(
                    "storage-class: is '"
                        + frozen
                        + "', whose objects cannot be read for hours; expected a class that can"
                        + " be read at once, such as STANDARD_IA or GLACIER_IR"));
    Optional<Encryption> encryption = settings.find(ENCRYPTION);
    if (settings.find(KMS_KEY).isPresent() && encryption.filter(Encryption.KMS::equals).isEmpty()) {
      problems.add("kms-key: is set, but encryption is not kms");
    }
    Optional<Lock> lock = lock(settings, problems);
    long partSize = settings.find(PART_SIZE).orElseGet(S3Options::usualPart);
    if (partSize < SMALLEST_PART || partSize > LARGEST_PART) {
      problems.add("part-size: is " + partSize + " bytes, expected from 5MiB to 1GiB");
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException(
          problems.stream().map(each -> settings.place() + "." + each).toList());
    }
    return new S3Options(
        bucket,
        prefix.isEmpty() ? "" : prefix + "/",
        settings.find(STORAGE_CLASS),
        encryption,
        settings.find(KMS_KEY),
        lock,
        (int) partSize,
        settings.get(CHECKSUMS));
  }

  private static Optional<Lock> lock(Settings settings, List<String> problems) {
    Optional<LockMode> mode = settings.find(LOCK_MODE);
    Optional<Integer> days = settings.find(LOCK_DAYS);
    if (mode.isPresent() != days.isPresent()) {
      problems.add("object-lock-mode: goes with object-lock-days, but one of them is missing");
    }
    return mode.flatMap(each -> days.map(count -> new Lock(each, count)));
  }

  private static long usualPart() {
    long share = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    return Math.max(SMALLEST_PART, Math.min(USUAL_PART, share));
  }

  /** How messages call the place. */
  String place() {
    String path = bucket + "/" + prefix;
    return "s3://" + path.substring(0, path.length() - 1);
  }
}
