package io.tradingengine.backup.core.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexFileTest {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/index.json.zst.gpg");
  private static final IndexFile SMALL =
      new IndexFile(
          Map.of(
              IndexFile.nameOf("config", "files"),
              List.of(new IndexEntry("etc/x", IndexEntry.Type.FILE, 0640, 512, 7, ""))));

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Map<String, List<IndexEntry>> artifacts = new LinkedHashMap<>();
    artifacts.put(
        "postgres/base",
        List.of(
            new IndexEntry("global", IndexEntry.Type.DIRECTORY, 0700, 0, 0, ""),
            new IndexEntry("global/pg_control", IndexEntry.Type.FILE, 0600, 1024, 8192, ""),
            new IndexEntry("pg_wal", IndexEntry.Type.SYMLINK, 0777, 10_240, 0, "/srv/wal")));
    artifacts.put(
        "config/files",
        List.of(
            new IndexEntry("", IndexEntry.Type.DIRECTORY, 07777, 0, 0, ""),
            new IndexEntry(
                "ä \"\\\n\t\u0001 \uD83D\uDCBE", IndexEntry.Type.FILE, 0, 1, Long.MAX_VALUE, "")));
    artifacts.put("config/empty", List.of());
    IndexFile index = new IndexFile(artifacts);
    IndexFile read = read(write(index));
    assertThat(read).isEqualTo(index);
    assertThat(read.artifacts().keySet())
        .containsExactly("postgres/base", "config/files", "config/empty");
    assertThat(read.entries("postgres", "base")).hasSize(3);
    assertThat(read.entries("postgres", "wal")).isEmpty();
  }

  @Test
  void itsFormIsFixed() throws IOException {
    assertThat(new String(write(SMALL), UTF_8))
        .isEqualTo(
            """
            {"format":1,"artifacts":{"config/files":[{"path":"etc/x","type":"file",\
            "mode":"0640","offset":512,"size":7,"link":""}]}}""");
  }

  @Test
  void manyFilesAreReadBack() throws IOException {
    List<IndexEntry> entries =
        IntStream.range(0, 20_000)
            .mapToObj(
                i ->
                    new IndexEntry(
                        "base/16384/" + i, IndexEntry.Type.FILE, 0600, 8704L * i, 8192, ""))
            .toList();
    IndexFile index = new IndexFile(Map.of("postgres/base", entries));
    assertThat(read(write(index)).entries("postgres", "base")).isEqualTo(entries);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "format":1      | "format":2               | /format is 2, expected 1
          "type":"file"   | "type":"pipe"            | /artifacts/config~1files/0/type
          "type":"file"   | "type":"FILE"            | expected it as 'file'
          "mode":"0640"   | "mode":"640"             | expected it as '0640'
          "mode":"0640"   | "mode":"0888"            | /mode
          "mode":"0640"   | "mode":"17777"           | not an index entry
          "mode":"0640"   | "mode":"-001"            | /mode
          "offset":512    | "offset":-512            | /offset is -512
          "size":7        | "size":7,"size":7        | /size stands twice
          "link":""       | "link":"","owner":"root" | /owner is unknown
          ,"link":""      | `` | lacks 'link'
          ]}}             | ]}}]                     | Unexpected close marker
          ]}}             | ],"config/files":[]}}    | stands twice
          ]}}             | ]                        | Unexpected end-of-input
          """)
  void whatDoesNotFitIsRefused(String right, String wrong, String message) throws IOException {
    String text = new String(write(SMALL), UTF_8);
    assertThat(text).contains(right);
    byte[] bytes = text.replace(right, wrong == null ? "" : wrong).getBytes(UTF_8);
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(KEY.value())
        .hasMessageContaining(message);
  }

  private static byte[] write(IndexFile index) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    index.write(out);
    return out.toByteArray();
  }

  private static IndexFile read(byte[] bytes) throws IOException {
    return IndexFile.read(new ByteArrayInputStream(bytes), KEY);
  }
}
