package io.tradingengine.backup.s3;

import io.tradingengine.backup.s3.StrictStore.Parts;
import io.tradingengine.backup.s3.StrictStore.Version;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The lists of the strict store, two entries a page. */
final class StrictLists {
  private static final int PAGE = 2;

  private StrictLists() {}

  static StrictAnswer answer(
      Map<String, String> query,
      Map<String, Version> newest,
      Map<String, List<Version>> all,
      Map<String, Parts> uploads) {
    if (query.containsKey("uploads")) {
      return uploads(query.getOrDefault("prefix", ""), uploads);
    }
    if (query.containsKey("object-lock")) {
      return StrictAnswer.error(404, "ObjectLockConfigurationNotFoundError", "no Object Lock");
    }
    return query.containsKey("versions") ? versions(query, all) : objects(query, newest);
  }

  private static StrictAnswer objects(Map<String, String> query, Map<String, Version> newest) {
    String prefix = query.getOrDefault("prefix", "");
    String after = query.getOrDefault("continuation-token", "");
    StringBuilder xml = new StringBuilder("<ListBucketResult>");
    TreeSet<String> folders = new TreeSet<>();
    int count = 0;
    String last = "";
    boolean more = false;
    for (Map.Entry<String, Version> each : newest.entrySet()) {
      String name = each.getKey();
      if (!name.startsWith(prefix) || name.compareTo(after) <= 0) {
        continue;
      }
      if (count == PAGE) {
        more = true;
        break;
      }
      last = name;
      count++;
      int slash = name.indexOf('/', prefix.length());
      if (query.containsKey("delimiter") && slash >= 0) {
        folders.add(name.substring(0, slash + 1));
        continue;
      }
      xml.append("<Contents><Key>" + name + "</Key><Size>" + each.getValue().bytes().length);
      xml.append(
          "</Size><LastModified>" + each.getValue().modified() + "</LastModified></Contents>");
    }
    folders.forEach(
        each -> xml.append("<CommonPrefixes><Prefix>" + each + "</Prefix></CommonPrefixes>"));
    xml.append("<IsTruncated>" + more + "</IsTruncated>");
    if (more) {
      xml.append("<NextContinuationToken>" + last + "</NextContinuationToken>");
    }
    return StrictAnswer.ok(xml.append("</ListBucketResult>").toString());
  }

  /** Newest first of each key, as S3 has it. */
  private static StrictAnswer versions(Map<String, String> query, Map<String, List<Version>> all) {
    String prefix = query.getOrDefault("prefix", "");
    String keyMarker = query.getOrDefault("key-marker", "");
    String idMarker = query.getOrDefault("version-id-marker", "");
    StringBuilder xml = new StringBuilder("<ListVersionsResult>");
    int count = 0;
    boolean passed = keyMarker.isEmpty();
    String next = null;
    String lastKey = "";
    String lastId = "";
    for (Map.Entry<String, List<Version>> entry : all.entrySet()) {
      String name = entry.getKey();
      if (!name.startsWith(prefix)) {
        continue;
      }
      List<Version> versions = entry.getValue();
      for (int i = versions.size() - 1; i >= 0; i--) {
        Version each = versions.get(i);
        if (!passed) {
          passed = name.equals(keyMarker) && each.id().equals(idMarker);
          continue;
        }
        if (count == PAGE) {
          next =
              "<NextKeyMarker>"
                  + lastKey
                  + "</NextKeyMarker><NextVersionIdMarker>"
                  + lastId
                  + "</NextVersionIdMarker>";
          break;
        }
        count++;
        lastKey = name;
        lastId = each.id();
        String tag = each.marker() ? "DeleteMarker" : "Version";
        xml.append("<" + tag + "><Key>" + name + "</Key><VersionId>" + each.id() + "</VersionId>");
        xml.append("<IsLatest>" + (i == versions.size() - 1) + "</IsLatest>");
        xml.append("<LastModified>" + each.modified() + "</LastModified>");
        if (!each.marker()) {
          xml.append("<Size>" + each.bytes().length + "</Size>");
        }
        xml.append("</" + tag + ">");
      }
      if (next != null) {
        break;
      }
    }
    xml.append("<IsTruncated>" + (next != null) + "</IsTruncated>");
    return StrictAnswer.ok(
        xml.append(next == null ? "" : next).append("</ListVersionsResult>").toString());
  }

  private static StrictAnswer uploads(String prefix, Map<String, Parts> uploads) {
    StringBuilder xml = new StringBuilder("<ListMultipartUploadsResult>");
    uploads.forEach(
        (id, parts) -> {
          if (parts.name().startsWith(prefix)) {
            xml.append("<Upload><Key>" + parts.name() + "</Key><UploadId>" + id + "</UploadId>");
            xml.append("<Initiated>" + parts.initiated() + "</Initiated></Upload>");
          }
        });
    return StrictAnswer.ok(
        xml.append("<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>").toString());
  }
}
