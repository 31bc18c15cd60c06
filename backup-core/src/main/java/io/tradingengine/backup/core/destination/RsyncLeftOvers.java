package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What interrupted transfers leave there: rsync's temporary files {@code .name.XXXXXX}, which a
 * killed receiver leaves, partial files in {@code .~tmp~}, which a cut connection leaves, probes of
 * a killed check, and leases of killed runs.
 */
final class RsyncLeftOvers {
  /** A run at work may own younger ones. */
  private static final Duration KEPT = Duration.ofHours(24);

  private static final String PART = "[A-Za-z0-9_+-][A-Za-z0-9._+-]*";
  private static final Pattern FILE =
      Pattern.compile(
          "(?:"
              + PART
              + "/)*(?:\\."
              + PART
              + "\\.[A-Za-z0-9]{6}|\\.~tmp~/(?:"
              + PART
              + "|\\."
              + PART
              + "\\.[A-Za-z0-9]{6}))|\\.(?:lease|probe)-[A-Za-z0-9-]+");
  private static final Pattern FOLDER = Pattern.compile("(?:" + PART + "/)*\\.~tmp~");

  private final RsyncClient client;
  private final RsyncSettings settings;

  RsyncLeftOvers(RsyncClient client, RsyncSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * Removes those that are a day older than the newest thing there. That is the lease of the run
   * that sweeps, so no clock here is compared with one there, and without a lease nothing young
   * goes.
   *
   * @return the number of files removed
   */
  int sweep() throws IOException {
    List<RsyncEntry> entries = client.list(RsyncRules.leftOvers(), "sweep");
    Instant newest =
        entries.stream().map(RsyncEntry::modified).max(Instant::compareTo).orElse(Instant.MIN);
    Set<String> folders = new LinkedHashSet<>();
    Set<String> files = new LinkedHashSet<>();
    for (RsyncEntry entry : entries) {
      boolean old = Duration.between(entry.modified(), newest).compareTo(KEPT) > 0;
      if (old && entry.isFile() && FILE.matcher(entry.name()).matches()) {
        folders.addAll(RsyncRules.foldersAbove(entry.name()));
        files.add(entry.name());
      } else if (old && entry.isFolder() && FOLDER.matcher(entry.name()).matches()) {
        folders.addAll(RsyncRules.foldersAbove(entry.name()));
        folders.add(entry.name());
      }
    }
    return folders.isEmpty() && files.isEmpty() ? 0 : remove(folders, files);
  }

  /** Of the folders, rsync removes those that are empty then. */
  private int remove(Set<String> folders, Set<String> files) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      Path rules = staging.folder().resolve("rules");
      List<String> lines = new ArrayList<>();
      folders.forEach(folder -> lines.add("/" + folder + "/"));
      files.forEach(file -> lines.add("/" + file));
      Files.write(rules, lines);
      RsyncResult result =
          client.send(
              staging.subfolder("empty"),
              List.of(
                  "-r",
                  "--delete",
                  "--max-delete=" + (folders.size() + files.size()),
                  "--out-format=%i %n",
                  "--include-from=" + rules,
                  "--exclude=*"),
              "");
      if (!result.succeeded()) {
        throw RsyncDiagnosis.failure(settings, "sweep", result);
      }
      return (int)
          result.lines().stream()
              .filter(line -> line.startsWith("*deleting ") && !line.endsWith("/"))
              .count();
    }
  }
}
