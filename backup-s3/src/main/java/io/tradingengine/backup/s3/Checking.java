package io.tradingengine.backup.s3;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Retention;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Looks for what would stop a backup in a bucket, for what the bucket cannot guarantee, and for
 * what its settings cost. Used once, by one thread.
 */
final class Checking {
  private static final String PROBE = ".check-";
  private static final byte[] TEXT =
      "Checks whether backups can be kept here.\n".getBytes(StandardCharsets.UTF_8);
  private static final int CHARGED_DAYS = 30;
  private static final int DAYS_A_WEEK = 7;
  private static final int DAYS_A_MONTH = 30;
  private static final List<String> INFREQUENT = List.of("STANDARD_IA", "ONEZONE_IA");

  private final Store store;
  private final Conditions conditions;
  private final Listing listing;
  private final List<Finding> findings = new ArrayList<>();

  Checking(Store store, Conditions conditions, Listing listing) {
    this.store = store;
    this.conditions = conditions;
    this.listing = listing;
  }

  /**
   * Looks, and removes what it looked with.
   *
   * @param retention the destination's own policy, if it has one
   */
  List<Finding> run(Optional<Retention> retention) {
    try {
      listing.folders("");
      probe();
      checkConditions();
      checkLock();
    } catch (IOException e) {
      error(String.valueOf(message(e)), "nothing can be kept there until this is right");
    }
    checkCosts(retention);
    return List.copyOf(findings);
  }

  private static @Nullable String message(IOException e) {
    return e instanceof AccessDeniedException denied ? denied.getReason() : e.getMessage();
  }

  private void probe() throws IOException {
    String name = PROBE + UUID.randomUUID();
    String version = put(name);
    try {
      byte[] read =
          store
              .client()
              .getObject(
                  request -> request.bucket(store.bucket()).key(store.name(name)),
                  ResponseTransformer.toBytes())
              .asByteArray();
      if (!Arrays.equals(read, TEXT)) {
        error("what was put reads as something else", "is something in between that changes it?");
      }
    } catch (SdkException e) {
      // By choice, where one role only writes and another one restores.
      warn(
          message(store.errors().translate("read a probe from", Reading.PERMISSION, e)),
          "without it, nothing is restored from here and no lease can be read");
    } finally {
      remove(name, version);
    }
  }

  private @Nullable String put(String name) throws IOException {
    try {
      PutObjectResponse answer =
          store
              .client()
              .putObject(
                  store.put(name).contentMD5(Store.md5(TEXT, TEXT.length)).build(),
                  RequestBody.fromBytes(TEXT));
      return store.versioned() ? answer.versionId() : null;
    } catch (SdkException e) {
      throw store.errors().translate("put a probe into", Upload.PERMISSION, e);
    }
  }

  private void remove(String name, @Nullable String version) {
    try {
      store
          .client()
          .deleteObject(
              request -> request.bucket(store.bucket()).key(store.name(name)).versionId(version));
    } catch (SdkException e) {
      String permission = version == null ? "s3:DeleteObject" : Versions.DELETE;
      // By choice, where one role only writes and another one expires.
      warn(
          message(store.errors().translate("remove a probe from", permission, e)),
          "without it, nothing expires; the probe " + store.name(name) + " stays");
    }
  }

  private void checkConditions() throws IOException {
    if (!conditions.honoured().all()) {
      warn(
          "the store does not honour conditional puts: of two runs that start in the same moment,"
              + " both may believe to have the lock",
          "start runs from one host only, or use a store with If-None-Match and If-Match");
    }
  }

  private void checkLock() {
    if (!store.versioned()) {
      return;
    }
    try {
      ObjectLockConfiguration found =
          store
              .client()
              .getObjectLockConfiguration(request -> request.bucket(store.bucket()))
              .objectLockConfiguration();
      if (found == null || found.objectLockEnabled() != ObjectLockEnabled.ENABLED) {
        noLock();
      }
    } catch (SdkException e) {
      if (S3Errors.isMissing(e)) {
        noLock();
      } else {
        warn(
            message(
                store
                    .errors()
                    .translate("see the Object Lock of", "s3:GetBucketObjectLockConfiguration", e)),
            "whether objects will be protected is not known");
      }
    }
  }

  private void noLock() {
    error(
        "Object Lock is set, but the bucket was made without it: every put will be refused",
        "enable Object Lock on the bucket, or remove object-lock-mode and object-lock-days");
  }

  private void checkCosts(Optional<Retention> retention) {
    Optional<String> storageClass = store.options().storageClass().filter(INFREQUENT::contains);
    if (storageClass.isEmpty()) {
      return;
    }
    if (retention.isPresent() && days(retention.get()) < CHARGED_DAYS) {
      warn(
          storageClass.get()
              + " charges each object for 30 days, but backups are kept for "
              + days(retention.get()),
          "STANDARD may cost less");
    }
    findings.add(
        Finding.info(
            store.options().place(),
            storageClass.get()
                + " charges each object for 30 days and 128 KiB at least; smaller objects stay in"
                + " STANDARD"));
  }

  /** For how long the oldest backup of a policy is kept, about. */
  private static int days(Retention retention) {
    return Math.max(
        retention.daily(),
        Math.max(retention.weekly() * DAYS_A_WEEK, retention.monthly() * DAYS_A_MONTH));
  }

  private void warn(@Nullable String message, String hint) {
    findings.add(Finding.warning(store.options().place(), String.valueOf(message), hint));
  }

  private void error(String message, String hint) {
    findings.add(Finding.error(store.options().place(), message, hint));
  }
}
