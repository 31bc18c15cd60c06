package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes hidden files of the target folder, such as leases. */
final class RsyncLeaseStore {
  private static final Pattern LEASE = Pattern.compile("\\.lease-([0-9a-f-]{36})");

  private final RsyncClient client;
  private final RsyncSettings settings;

  RsyncLeaseStore(RsyncClient client, RsyncSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /** Writes a hidden file, replacing it whole if it is there. */
  void write(String name, Content content) throws IOException {
    send(name, content, List.of("--mkpath"));
  }

  /**
   * Writes a hidden file if it is there already.
   *
   * @return whether it was
   */
  boolean rewrite(String name, Content content) throws IOException {
    return send(name, content, List.of("--existing"));
  }

  private boolean send(String name, Content content, List<String> more) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      Path file = staging.folder().resolve(name);
      try (OutputStream out = Files.newOutputStream(file)) {
        content.writeTo(out);
      }
      List<String> options = new ArrayList<>(List.of("-I", "--chmod=F600", "--fsync"));
      options.add("--out-format=%i %n");
      options.addAll(more);
      RsyncResult result = client.send(staging.folder(), options, name);
      if (!result.succeeded()) {
        throw RsyncDiagnosis.failure(settings, "write " + name + " to", result);
      }
      return result.lines().stream()
          .anyMatch(line -> line.startsWith("<f") && line.endsWith(" " + name));
    }
  }

  /** All leases that are there. */
  List<RsyncLeaseFile> leases() throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      Path into = staging.subfolder("leases");
      List<String> options = new ArrayList<>(List.of("-r", "-t", "--chmod=F600", "--max-size=64k"));
      options.addAll(RsyncRules.named(List.of(), List.of(RsyncLease.PREFIX + "*")));
      RsyncResult result = client.fetch(options, into);
      if (!result.hasRead()) {
        throw RsyncDiagnosis.fetchFailure(settings, "read the leases of", result);
      }
      List<RsyncLeaseFile> found = new ArrayList<>();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(into, RsyncLease.PREFIX + "*")) {
        for (Path file : files) {
          Matcher matcher = LEASE.matcher(String.valueOf(file.getFileName()));
          if (matcher.matches() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            found.add(RsyncLeaseFile.read(file, matcher.group(1)));
          }
        }
      }
      return found;
    }
  }

  /**
   * Removes hidden files; those that are not there are no failure. An interruption does not stop
   * it, since what it would leave stands in others' way; the thread's interrupt flag stays set.
   */
  void remove(List<String> names) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      removeNow(names);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void removeNow(List<String> names) throws IOException {
    try (RsyncStaging staging = RsyncStaging.in(settings.staging())) {
      List<String> options =
          new ArrayList<>(List.of("-r", "--delete", "--max-delete=" + names.size()));
      options.addAll(RsyncRules.named(List.of(), names));
      RsyncResult result = client.send(staging.subfolder("empty"), options, "");
      if (!result.succeeded() && !result.lacksRoot()) {
        throw RsyncDiagnosis.failure(
            settings, "remove " + String.join(", ", names) + " from", result);
      }
    }
  }
}
