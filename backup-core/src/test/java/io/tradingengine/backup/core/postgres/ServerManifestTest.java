package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.Sha256;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServerManifestTest {
  private static final String FILES =
      """
      { "PostgreSQL-Backup-Manifest-Version": 1,
      "Files": [
      { "Path": "backup_label", "Size": 5, "Last-Modified": "2024-01-15 02:00:00 GMT", "Checksum-Algorithm": "CRC32C", "Checksum": "5e38769b" },
      { "Path": "a \\"b\\" \\\\ \\u0001\\n", "Size": 0, "Last-Modified": "2024-01-15 02:00:00 GMT", "Checksum-Algorithm": "CRC32C", "Checksum": "00000000" },
      { "Encoded-Path": "c3a9", "Size": 7, "Last-Modified": "2024-01-15 02:00:00 GMT" }
      ],
      "WAL-Ranges": [
      { "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/3000000" },
      { "Timeline": 2, "Start-LSN": "0/3000000", "End-LSN": "16/3002D50" }
      ],
      """;

  private static byte[] signed(String text) {
    Sha256 checksum = Sha256.of(text.getBytes(UTF_8));
    return (text + "\"Manifest-Checksum\": \"" + checksum + "\"}\n").getBytes(UTF_8);
  }

  @Test
  void filesAndRangesAreRead() {
    ServerManifest manifest = ServerManifest.parse(signed(FILES));

    assertThat(manifest.files().keySet())
        .containsExactly("backup_label", "a \"b\" \\ \u0001\n", "é");
    ManifestFile label = manifest.files().get("backup_label");
    assertThat(label.size()).isEqualTo(5);
    assertThat(label.algorithm()).isEqualTo(ManifestChecksum.CRC32C);
    assertThat(label.checksum()).isEqualTo("5e38769b");
    assertThat(manifest.files().get("é").algorithm()).isEqualTo(ManifestChecksum.NONE);
    assertThat(manifest.walRanges())
        .containsExactly(
            new ServerManifest.WalRange(1, Lsn.parse("0/2000028"), Lsn.parse("0/3000000")),
            new ServerManifest.WalRange(2, Lsn.parse("0/3000000"), Lsn.parse("16/3002D50")));
  }

  @Test
  void whatIsReadIsWrittenByteForByte() {
    byte[] bytes = signed(FILES);
    assertThat(ServerManifest.parse(bytes).render()).isEqualTo(bytes);

    byte[] seventeen =
        signed(
            FILES
                .replace("Version\": 1,", "Version\": 2,")
                .replace("\"Files\"", "\"System-Identifier\": 7440123456789012345,\n\"Files\""));
    assertThat(ServerManifest.parse(seventeen).render()).isEqualTo(seventeen);
  }

  @Test
  void changedFilesGetTheirSizeAndChecksum() {
    ServerManifest edited =
        ServerManifest.parse(signed(FILES))
            .edited(
                Set.of("é"),
                Map.of("backup_label", "123456789".getBytes(UTF_8), "new\"", new byte[0]),
                Instant.parse("2024-02-03T04:05:06Z"));

    String text = new String(edited.render(), UTF_8);
    assertThat(text)
        .contains(
            "{ \"Path\": \"backup_label\", \"Size\": 9, \"Last-Modified\": \"2024-02-03 04:05:06"
                + " GMT\", \"Checksum-Algorithm\": \"CRC32C\", \"Checksum\": \"839206e3\" },\n")
        .contains("{ \"Path\": \"new\\\"\", \"Size\": 0,")
        .doesNotContain("Encoded-Path");
    assertThat(ServerManifest.parse(edited.render()).files()).hasSize(3);
  }

  @Test
  void aChangedByteIsSeenByItsOwnChecksum() {
    byte[] bytes = signed(FILES);
    String changed = new String(bytes, UTF_8).replace("\"Size\": 5", "\"Size\": 6");
    assertThatThrownBy(() -> ServerManifest.parse(changed.getBytes(UTF_8)))
        .hasMessageContaining("its own checksum");
  }

  @Test
  void whatNoServerWritesIsRefused() {
    assertRefused(FILES.replace("Version\": 1,", "Version\": 3,"), "version 1 or 2");
    assertRefused(FILES.replace("\"Size\": 5", "\"Size\": -5"), "names no file");
    assertRefused(FILES.replace("CRC32C", "MD5"), "names no file");
    assertRefused(FILES.replace("0/2000028", "zero"), "not a range of WAL");
    assertRefused(FILES.replace("\"backup_label\"", "\"é\""), "'é' twice");
    assertRefused(FILES.replace("9b\" },", "9b\" }"), "does not belong in a list");
    assertRefused(FILES.replace("],\n\"WAL", "\"WAL"), "does not belong in a list");
    assertThatThrownBy(() -> ServerManifest.parse("{}".getBytes(UTF_8)))
        .hasMessageContaining("cut short");
    assertThatThrownBy(() -> ServerManifest.parse("\n}\n".getBytes(UTF_8)))
        .hasMessageContaining("does not end with its checksum");
  }

  private static void assertRefused(String text, String why) {
    assertThatThrownBy(() -> ServerManifest.parse(signed(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
