package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Lists objects and folders. Safe for concurrent use. */
final class Listing {
  private static final String PERMISSION = "s3:ListBucket";

  private final Store store;
  private final Versions versions;

  Listing(Store store, Versions versions) {
    this.store = store;
    this.versions = versions;
  }

  List<ObjectInfo> objects(String prefix) throws IOException {
    if (!mayStartKey(prefix)) {
      return List.of();
    }
    if (store.versioned()) {
      return versions.objects(prefix);
    }
    SortedMap<ObjectKey, ObjectInfo> found = new TreeMap<>();
    try {
      for (ListObjectsV2Response page :
          store
              .client()
              .listObjectsV2Paginator(
                  request -> request.bucket(store.bucket()).prefix(store.name(prefix)))) {
        for (S3Object object : page.contents()) {
          store
              .key(object.key())
              .ifPresent(key -> found.put(key, info(key, object.size(), object.lastModified())));
        }
      }
    } catch (SdkException e) {
      throw store.errors().translate("list '" + prefix + "' in", PERMISSION, e);
    }
    return List.copyOf(found.values());
  }

  /** What no key starts with is not asked for: some stores do not take every name. */
  private static boolean mayStartKey(String prefix) {
    try {
      return prefix.isEmpty() || new ObjectKey(prefix.replaceFirst("/$", "")).value() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  List<String> folders(String folder) throws IOException {
    if (!mayStartKey(folder)) {
      return List.of();
    }
    if (store.versioned()) {
      return versions.folders(folder);
    }
    SortedSet<String> found = new TreeSet<>();
    try {
      for (ListObjectsV2Response page :
          store
              .client()
              .listObjectsV2Paginator(
                  request ->
                      request.bucket(store.bucket()).prefix(store.name(folder)).delimiter("/"))) {
        add(page.commonPrefixes(), folder, found);
      }
    } catch (SdkException e) {
      throw store.errors().translate("list '" + folder + "' in", PERMISSION, e);
    }
    return List.copyOf(found);
  }

  private void add(List<CommonPrefix> prefixes, String folder, SortedSet<String> found) {
    for (CommonPrefix each : prefixes) {
      String name = each.prefix();
      store
          .key(name.substring(0, Math.max(0, name.length() - 1)))
          .ifPresent(key -> found.add(key.value().substring(folder.length())));
    }
  }

  private static ObjectInfo info(ObjectKey key, Long size, Instant modified) {
    return new ObjectInfo(key, size, modified);
  }
}
