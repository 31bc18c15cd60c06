package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Does what {@code pg_verifybackup -n -e} does, for versions of which there is none here. */
public final class ManifestVerification {
  private static final Set<String> NOT_LISTED =
      Set.of("backup_manifest", "recovery.signal", "standby.signal");

  private ManifestVerification() {}

  /** Compares every file of a data directory with its manifest, and the other way round. */
  public static void verify(Path data) throws IOException {
    ServerManifest manifest =
        ServerManifest.parse(Files.readAllBytes(data.resolve("backup_manifest")));
    for (ManifestFile file : manifest.files().values()) {
      byte[] bytes = Files.readAllBytes(data.resolve(file.path()));
      assertThat((long) bytes.length).as(file.path()).isEqualTo(file.size());
      assertThat(file.algorithm().of(bytes)).as(file.path()).isEqualTo(file.checksum());
    }
    Set<String> present = new TreeSet<>();
    try (Stream<Path> paths = Files.walk(data, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
      paths
          .filter(Files::isRegularFile)
          .map(path -> data.relativize(path).toString())
          .filter(path -> !path.startsWith("pg_wal/") && !NOT_LISTED.contains(path))
          .forEach(present::add);
    }
    assertThat(present).isEqualTo(new TreeSet<>(manifest.files().keySet()));
  }
}
