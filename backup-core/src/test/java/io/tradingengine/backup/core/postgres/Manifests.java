package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Sha256;
import java.util.Collection;
import java.util.stream.Collectors;

/** Writes backup manifests as a server does. */
final class Manifests {
  static final String MODIFIED = "2024-01-15 02:00:00 GMT";

  private Manifests() {}

  static byte[] of(Collection<ManifestFile> files, Lsn start, Lsn end) {
    String text =
        "{ \"PostgreSQL-Backup-Manifest-Version\": 1,\n\"Files\": [\n"
            + files.stream().map(ManifestFile::line).collect(Collectors.joining(",\n"))
            + "\n],\n\"WAL-Ranges\": [\n{ \"Timeline\": 1, \"Start-LSN\": \""
            + start
            + "\", \"End-LSN\": \""
            + end
            + "\" }\n],\n";
    Sha256 checksum = Sha256.of(text.getBytes(UTF_8));
    return (text + "\"Manifest-Checksum\": \"" + checksum + "\"}\n").getBytes(UTF_8);
  }

  static ManifestFile file(String path, byte[] bytes) {
    return ManifestFile.of(path, bytes, MODIFIED, ManifestChecksum.CRC32C);
  }
}
