package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.ObjectProtectedException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/**
 * The objects of a bucket with versions. Objects are written once, so the object of a key is its
 * oldest version: what somebody writes over it or marks as deleted hides nothing. Safe for
 * concurrent use.
 */
final class Versions {
  private static final String LIST = "s3:ListBucketVersions";
  static final String DELETE = "s3:DeleteObjectVersion";
  private static final String LOCKED = "object protected by object lock";

  private final Store store;

  Versions(Store store) {
    this.store = store;
  }

  /** The id of an object's oldest version; empty if there is none but marks of deletion. */
  Optional<String> oldest(ObjectKey key) throws IOException {
    String name = store.name(key.value());
    ObjectVersion oldest = null;
    try {
      for (ListObjectVersionsResponse page : pages(name, null)) {
        for (ObjectVersion version : page.versions()) {
          if (version.key().equals(name) && (oldest == null || !isYounger(version, oldest))) {
            oldest = version;
          }
        }
        if (isPast(page, name)) {
          break;
        }
      }
    } catch (SdkException e) {
      throw failed("look for " + key + " in", e);
    }
    return Optional.ofNullable(oldest).map(ObjectVersion::versionId);
  }

  /** Listed newest first; what was written in the same second keeps that order. */
  private static boolean isYounger(ObjectVersion one, ObjectVersion other) {
    return one.lastModified().isAfter(other.lastModified());
  }

  /** Whether a page has reached other names: the name itself comes before all that it starts. */
  private static boolean isPast(ListObjectVersionsResponse page, String name) {
    return page.nextKeyMarker() != null && !page.nextKeyMarker().equals(name);
  }

  private Iterable<ListObjectVersionsResponse> pages(String prefix, @Nullable String delimiter) {
    return store
        .client()
        .listObjectVersionsPaginator(
            request -> request.bucket(store.bucket()).prefix(prefix).delimiter(delimiter));
  }

  List<ObjectInfo> objects(String prefix) throws IOException {
    SortedMap<ObjectKey, ObjectInfo> found = new TreeMap<>();
    try {
      for (ListObjectVersionsResponse page : pages(store.name(prefix), null)) {
        for (ObjectVersion version : page.versions()) {
          store
              .key(version.key())
              .map(key -> new ObjectInfo(key, version.size(), version.lastModified()))
              .ifPresent(info -> found.merge(info.key(), info, Versions::older));
        }
      }
    } catch (SdkException e) {
      throw failed("list '" + prefix + "' in", e);
    }
    return List.copyOf(found.values());
  }

  private static ObjectInfo older(ObjectInfo listedFirst, ObjectInfo listedLater) {
    return listedLater.modified().isAfter(listedFirst.modified()) ? listedFirst : listedLater;
  }

  List<String> folders(String folder) throws IOException {
    SortedSet<String> found = new TreeSet<>();
    try {
      for (ListObjectVersionsResponse page : pages(store.name(folder), "/")) {
        page.commonPrefixes().forEach(each -> add(each.prefix(), folder, found));
        page.versions().forEach(each -> add(each.key(), folder, found));
      }
    } catch (SdkException e) {
      throw failed("list '" + folder + "' in", e);
    }
    return List.copyOf(found);
  }

  private void add(String name, String folder, SortedSet<String> found) {
    int end = name.indexOf('/', store.name(folder).length());
    if (end >= 0) {
      store
          .key(name.substring(0, end))
          .ifPresent(key -> found.add(key.value().substring(folder.length())));
    }
  }

  /**
   * Removes an object with all its versions and marks, the oldest version last.
   *
   * @throws ObjectProtectedException if a version is under Object Lock
   */
  void delete(ObjectKey key) throws IOException {
    String name = store.name(key.value());
    List<String> ids = new ArrayList<>();
    List<String> versions = new ArrayList<>();
    try {
      for (ListObjectVersionsResponse page : pages(name, null)) {
        page.deleteMarkers().stream()
            .filter(each -> each.key().equals(name))
            .map(DeleteMarkerEntry::versionId)
            .forEach(ids::add);
        page.versions().stream()
            .filter(each -> each.key().equals(name))
            .map(ObjectVersion::versionId)
            .forEach(versions::add);
        if (isPast(page, name)) {
          break;
        }
      }
    } catch (SdkException e) {
      throw failed("delete " + key + " from", e);
    }
    ids.addAll(versions);
    for (String id : ids) {
      delete(key, id);
    }
  }

  private void delete(ObjectKey key, String id) throws IOException {
    try {
      store
          .client()
          .deleteObject(
              request -> request.bucket(store.bucket()).key(store.name(key.value())).versionId(id));
    } catch (SdkException e) {
      if (S3Errors.isMissing(e)) {
        return;
      }
      // AWS refuses a locked version with 403, some other stores with 400.
      int status = S3Errors.status(e);
      if (status == S3Errors.FORBIDDEN || status == 400) {
        Instant until = protectedUntil(key, id);
        if (until != null
            || String.valueOf(e.getMessage()).contains(LOCKED)
            || String.valueOf(e.getMessage()).contains("WORM protected")) {
          throw new ObjectProtectedException(key, until, e);
        }
      }
      throw store.errors().translate("delete " + key + " from", DELETE, e);
    }
  }

  /** Until when a version is under Object Lock; null if it is not, or that cannot be told. */
  private @Nullable Instant protectedUntil(ObjectKey key, String id) {
    try {
      Instant until =
          store
              .client()
              .getObjectRetention(
                  request ->
                      request.bucket(store.bucket()).key(store.name(key.value())).versionId(id))
              .retention()
              .retainUntilDate();
      return until != null && until.isAfter(Instant.now()) ? until : null;
    } catch (SdkException e) {
      return null; // the refusal itself is what the caller reports
    }
  }

  private IOException failed(String what, SdkException e) {
    return store.errors().translate(what, LIST, e);
  }
}
