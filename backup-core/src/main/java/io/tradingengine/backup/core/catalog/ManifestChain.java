package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Follows the links from each manifest to the one before it. Used once, by one thread. */
final class ManifestChain {
  private static final String HINT = "if nobody removed it on purpose, look for who could";

  private final Catalog catalog;
  private final Map<BackupId, Manifest.Previous> links = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  ManifestChain(Catalog catalog) {
    this.catalog = catalog;
  }

  List<Finding> findings() throws IOException {
    for (BackupId id : catalog.ids()) {
      Optional<SealedManifest> sealed = catalog.sealed(id);
      if (sealed.isPresent()) {
        follow(id);
        links.put(id, sealed.get().link());
      }
    }
    return List.copyOf(findings);
  }

  private void follow(BackupId id) throws IOException {
    String key = RepositoryLayout.manifest(id).value();
    try {
      Optional<Manifest> manifest = catalog.find(id);
      if (manifest.isPresent()) {
        check(key, manifest.get().previous());
      }
    } catch (IntegrityException e) {
      findings.add(Finding.error(key, String.valueOf(e.getMessage()), "take a new full backup"));
    }
  }

  private void check(String key, Optional<Manifest.Previous> previous) {
    boolean oldest = links.isEmpty();
    if (previous.isEmpty()) {
      if (!oldest) {
        findings.add(
            Finding.error(key, "says that it is the first, but there are older ones", HINT));
      }
    } else if (!links.containsKey(previous.get().id())) {
      // Retention removes the oldest; what is left then begins with a link into the past.
      if (!oldest) {
        findings.add(
            Finding.warning(key, "follows " + previous.get().id() + ", which is gone", HINT));
      }
    } else if (!previous.get().equals(links.get(previous.get().id()))) {
      findings.add(
          Finding.error(
              key,
              "follows another manifest of " + previous.get().id() + " than the one that is there",
              "that manifest was changed or replaced after it was published"));
    }
  }
}
