package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.RepositoryLayout;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Copies what no manifest names: archived WAL, command streams and recovery points. Nothing vouches
 * for their bytes but what is in them, so only what one destination lacks is copied, and what
 * differs is told.
 */
final class LogSync {
  private static final int LARGEST = 1 << 30;
  private static final List<String> PREFIXES =
      List.of(RepositoryLayout.WAL, RepositoryLayout.CHANGES, RepositoryLayout.POINTS);

  private final Target target;
  private final List<Target> sources;
  private final Set<ObjectKey> unwanted;
  private final ObjectSync objects;

  LogSync(Target target, List<Target> sources, Set<ObjectKey> unwanted, ObjectSync objects) {
    this.target = target;
    this.sources = sources;
    this.unwanted = unwanted;
    this.objects = objects;
  }

  /** Copies them; gives an error for each object that could not be. */
  List<Finding> run() throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (String prefix : PREFIXES) {
      Map<ObjectKey, Long> here = lengths(target, prefix);
      Map<ObjectKey, Target> elsewhere = new TreeMap<>();
      for (Target source : sources) {
        if (!source.equals(target)) {
          Map<ObjectKey, Long> there = lengths(source, prefix);
          compare(source, there, here, findings);
          there.keySet().forEach(key -> elsewhere.putIfAbsent(key, source));
        }
      }
      elsewhere.keySet().removeAll(here.keySet());
      elsewhere.keySet().removeAll(unwanted);
      for (Map.Entry<ObjectKey, Target> each : elsewhere.entrySet()) {
        objects.put(each.getKey(), read(each.getValue(), each.getKey()));
      }
    }
    return findings;
  }

  private void compare(
      Target source,
      Map<ObjectKey, Long> there,
      Map<ObjectKey, Long> here,
      List<Finding> findings) {
    here.forEach(
        (key, length) -> {
          Long other = there.get(key);
          if (other != null && !other.equals(length)) {
            findings.add(
                Finding.error(
                    key.toString(),
                    "has "
                        + length
                        + " bytes in "
                        + target.name()
                        + " and "
                        + other
                        + " in "
                        + source.name(),
                    "one of them is damaged: decrypt both, and remove the one that fails"));
          }
        });
  }

  private static Map<ObjectKey, Long> lengths(Target target, String prefix) throws IOException {
    Map<ObjectKey, Long> lengths = new LinkedHashMap<>();
    for (ObjectInfo object : target.destination().list(prefix)) {
      lengths.put(object.key(), object.length());
    }
    return lengths;
  }

  private static byte[] read(Target source, ObjectKey key) throws IOException {
    try (InputStream in = source.destination().open(key, ByteRange.ALL)) {
      byte[] bytes = in.readNBytes(LARGEST);
      if (in.read() >= 0) {
        throw new IOException(key + " in " + source.name() + " is larger than any segment");
      }
      return bytes;
    }
  }
}
