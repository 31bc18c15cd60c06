package io.tradingengine.backup.core.catalog;

import static io.tradingengine.backup.core.catalog.Manifests.FIRST;
import static io.tradingengine.backup.core.catalog.Manifests.SECOND;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Sha256;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestCodecTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ManifestCodec codec = new ManifestCodec();
  private final ObjectMapper mapper = new ObjectMapper();

  @Test
  void whatIsWrittenIsReadBack() {
    Manifest.Previous previous = new Manifest.Previous(FIRST, Sha256.of(new byte[] {1}));
    for (Optional<Manifest.Previous> link : List.of(Optional.of(previous), previousNone())) {
      Manifest manifest = Manifests.of(SECOND, link);
      assertThat(codec.decode(codec.encode(manifest), SECOND)).isEqualTo(manifest);
    }
  }

  private static Optional<Manifest.Previous> previousNone() {
    return Optional.empty();
  }

  @Test
  void theSameManifestGivesTheSameBytes() {
    assertThat(codec.encode(Manifests.of(FIRST))).isEqualTo(codec.encode(Manifests.of(FIRST)));
  }

  @Test
  void itIsMadeForPeopleToo() {
    assertThat(text(Manifests.of(FIRST)))
        .startsWith("{\n  \"format\" : 1,\n  \"id\" : \"full-20240115-020000\",\n")
        .contains("\"start-lsn\" : \"0/2000028\"")
        .endsWith("}\n");
  }

  @Test
  void fieldsMayComeInAnyOrder() throws Exception {
    ObjectNode tree = tree();
    JsonNode format = tree.remove("format");
    tree.set("format", format);
    assertThat(decode(tree.toString())).isEqualTo(Manifests.of(FIRST));
  }

  @Test
  void aNewerFormatAsksForAnUpgrade() throws Exception {
    ObjectNode tree = tree();
    tree.put("format", 2);
    tree.put("something", "new");
    assertThatThrownBy(() -> decode(tree.toString()))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("full-20240115-020000/manifest.json")
        .hasMessageContaining("has format 2")
        .hasMessageContaining("upgrade");
  }

  @Test
  void anotherBackupsManifestIsRefused() {
    byte[] bytes = codec.encode(Manifests.of(SECOND));
    assertThatThrownBy(() -> codec.decode(bytes, FIRST))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("is the manifest of " + SECOND);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "id" : "full-20240115-020000"      | "id" : "full-20240115-02000"       | /id not a backup id
          "kind" : "full"                    | "kind" : "partial"                 | /kind not a kind
          "kind" : "full"                    | "kind" : "incremental"             | is not of the kind incremental
          "kind" : "full"                    | "kind" : "full", "parent" : "full-20240114-020000" | a full backup builds on no other
          "kind" : "full"                    | "kind" : "full", "parent" : "yesterday" | /parent not a backup id
          "size" : 2500                      | "size" : 2501                      | its volumes have 2500
          "size" : 2500                      | "size" : -1                        | /size is -1
          "size" : 2500                      | "size" : 2500.0                    | /size is no whole number
          "size" : 2500                      | "size" : "2500"                    | /size is no whole number
          "size" : 2500                      | "size" : 99999999999999999999      | expected 0 to
          "size" : 2500                      | "size" : 2500, "size" : 2500       | /size stands twice
          "size" : 2500                      | "size" : 2500, "extra" : null      | /extra is unknown
          "offset" : 1000                    | "offset" : 1001                    | a gap at its volume
          "offset" : 1000                    | "offset" : 0                       | a gap at its volume
          "name" : "config"                  | "name" : "postgres"                | two sources
          "name" : "config"                  | "name" : "../etc"                  | a source cannot be called
          "name" : "backup-manifest"         | "name" : "base"                    | two artifacts
          "name" : "backup-manifest"         | "name" : "../base"                 | an artifact cannot be called
          "extension" : ""                   | "extension" : "../x"               | the extension
          "extension" : ""                   | "extension" : null                 | /extension is no text
          base-000002.tar.zst.gpg            | base-000001.tar.zst.gpg            | expected full-20240115-020000/postgres/base-000002
          base-000002.tar.zst.gpg            | base-000003.tar.zst.gpg            | expected full-20240115-020000/postgres/base-000002
          base-000002.tar.zst.gpg            | base-000002.tar.gz.gpg             | expected full-20240115-020000/postgres/base-000002
          base-000002.tar.zst.gpg            | base-000002.zst.gpg                | expected full-20240115-020000/postgres/base-000002
          base-000002.tar.zst.gpg            | base-2.tar.zst.gpg                 | expected full-20240115-020000/postgres/base-000002
          postgres/base-000002.tar.zst.gpg   | ../base-000002.tar.zst.gpg         | not an object key
          postgres/base-000002.tar.zst.gpg   | config/base-000002.tar.zst.gpg     | expected full-20240115-020000/postgres/base-000002
          postgres/base-000002.tar.zst.gpg   | postgres/x/base-000002.tar.zst.gpg | expected full-20240115-020000/postgres/base-000002
          full-20240115-020000/postgres/base | full-20240116-020000/postgres/base | expected full-20240115-020000/postgres/base
          index.json.zst.gpg                 | indexes                            | the index cannot be
          index.json.zst.gpg                 | postgres/index.json                | the index cannot be
          index.json.zst.gpg                 | index.json.gz.gpg                  | not compressed as the manifest says
          "compression" : "zstd"             | "compression" : "gzip"             | not compressed as the manifest says
          "severity" : "warning"             | "severity" : "WARNING"             | 'WARNING' is unknown
          "compression" : "zstd"             | "compression" : "lzma"             | 'lzma' is unknown
          "startedAt" : "2024-01-15T02:00:00Z" | "startedAt" : "2024-01-15T03:00:00+01:00" | /startedAt
          "startedAt" : "2024-01-15T02:00:00Z" | "startedAt" : "2024-01-15"       | /startedAt
          8b2c5b0e-5f0b-4c0e-9d53-6d0a4f8f1c11 | 8B2C5B0E-5f0b-4c0e-9d53-6d0a4f8f1c11 | /repository
          "previous" : null                  | "previous" : "none"                | /previous is no object
          "format" : 1                       | "format" : 0                       | /format is 0
          "server-version" : "15.19"         | "server-version" : 15              | server-version is no text
          """)
  void whatDoesNotFitIsRefusedByItsPlace(String right, String wrong, String message) {
    String text = text(Manifests.of(FIRST));
    assertThat(text).contains(right);
    assertThatThrownBy(() -> decode(text.replaceFirst(quoted(right), wrong)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("full-20240115-020000/manifest.json")
        .hasMessageContaining(message);
  }

  private static String quoted(String text) {
    return Pattern.quote(text);
  }

  static Stream<String> brokenDocuments() {
    String text = text(Manifests.of(FIRST));
    return Stream.of(
        "",
        " ",
        "null",
        "[]",
        "1",
        "{}",
        text + "{}",
        text + "x",
        text + text,
        "\uFEFF" + text,
        text.replace("\"format\"", "format"),
        text.replace("{\n  \"format\"", "{ /* ours */ \"format\""),
        text.replace("\"findings\"", "\"findings\" : [],\n\"findings\""),
        text.replace("\"postgres\",", "\"post\u0000gres\","),
        "[".repeat(10_000),
        "{\"format\":".repeat(10_000),
        "{\"format\":1,\"id\":\"" + "x".repeat(2 << 20) + "\"}",
        "{\"format\":" + "1".repeat(5000) + "}");
  }

  @ParameterizedTest
  @MethodSource("brokenDocuments")
  void whatIsNoManifestIsRefused(String document) {
    assertThatThrownBy(() -> decode(document)).isInstanceOf(IntegrityException.class);
  }

  @Test
  void onlyUtf8IsRead() {
    String text = text(Manifests.of(FIRST));
    for (Charset other : List.of(UTF_16, Charset.forName("UTF-32"))) {
      assertThatThrownBy(() -> codec.decode(text.getBytes(other), FIRST))
          .isInstanceOf(IntegrityException.class);
    }
    byte[] broken = text.replace("check it", "check \u00ff").getBytes(UTF_8);
    for (int i = 0; i < broken.length; i++) {
      if (broken[i] == (byte) 0xc3) {
        broken[i] = (byte) 0xff;
      }
    }
    assertThatThrownBy(() -> codec.decode(broken, FIRST)).isInstanceOf(IntegrityException.class);
  }

  @Test
  void everyCutIsRefused() {
    byte[] bytes = codec.encode(Manifests.of(FIRST));
    for (int length = 0; length < bytes.length - 2; length += 7) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> codec.decode(cut, FIRST)).isInstanceOf(IntegrityException.class);
    }
  }

  /** A flipped bit may hit a text that can be anything; it must never end in another exception. */
  @Test
  void everyFlippedBitIsRefusedOrReadAsSomethingElse() {
    byte[] bytes = codec.encode(Manifests.of(FIRST));
    Manifest original = Manifests.of(FIRST);
    Random random = new Random(1);
    for (int i = 0; i < bytes.length; i += 1 + random.nextInt(5)) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      try {
        Manifest read = codec.decode(flipped, FIRST);
        assertThat(Character.isWhitespace(bytes[i]) || !read.equals(original)).isTrue();
      } catch (IntegrityException expected) {
        assertThat(expected).hasMessageStartingWith("full-20240115-020000/manifest.json");
      }
    }
  }

  @Test
  void aMissingFieldIsRefusedWhereverItIs() throws Exception {
    List<String> names = new ArrayList<>();
    for (ObjectNode object : objects(tree())) {
      object.fieldNames().forEachRemaining(names::add);
    }
    assertThat(names).hasSizeGreaterThan(60);
    for (int number = 0; number < names.size(); number++) {
      int index = number;
      ObjectNode tree = change(index, (object, name) -> object.remove(name));
      assertThatThrownBy(() -> decode(tree.toString()))
          .as(names.get(index))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("lacks '" + names.get(index) + "'");
    }
  }

  @Test
  void anUnknownFieldIsRefusedWhereverItIs() throws Exception {
    int count = objects(tree()).size();
    for (int number = 0; number < count; number++) {
      ObjectNode tree = tree();
      objects(tree).get(number).put("surprise", 1);
      assertThatThrownBy(() -> decode(tree.toString()))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("/surprise is unknown");
    }
  }

  @Test
  void aValueOfAnotherTypeIsRefusedWhereverItIs() throws Exception {
    int fields = 0;
    for (ObjectNode object : objects(tree())) {
      fields += object.size();
    }
    List<JsonNode> others =
        List.of(
            NODES.nullNode(),
            NODES.booleanNode(true),
            NODES.numberNode(1.5),
            NODES.numberNode(-1),
            NODES.textNode("?"),
            NODES.arrayNode().add(NODES.arrayNode()),
            NODES.objectNode().putNull("x"));
    for (int number = 0; number < fields; number++) {
      for (JsonNode other : others) {
        ObjectNode tree = change(number, (object, name) -> replace(object, name, other));
        if (tree.equals(tree())) {
          continue;
        }
        assertThatThrownBy(() -> decode(tree.toString()))
            .as(() -> tree.toString())
            .isInstanceOf(IntegrityException.class);
      }
    }
  }

  /** Another text is no other type where any text goes. */
  private static void replace(ObjectNode object, String name, JsonNode other) {
    List<String> free = List.of("system", "toolVersion", "encryption", "type", "subject", "reason");
    boolean anyText = free.contains(name) || name.equals("message") || name.equals("hint");
    if (!(other.isTextual() && anyText)) {
      object.set(name, other);
    }
  }

  @Test
  void metadataAddsUp() {
    Manifest manifest = Manifests.of(FIRST);
    BackupMetadata metadata = manifest.metadata(List.of("local"), true);
    assertThat(metadata.plainSize()).isEqualTo(2570);
    assertThat(metadata.size()).isEqualTo(600 + 600 + 350 + 135 + 100 + 550);
    assertThat(metadata.duration()).isEqualTo(Duration.ofMillis(61_500));
    assertThat(metadata.degraded()).isTrue();
    assertThat(metadata.destinations()).containsExactly("local");
    assertThat(metadata.pinned()).isTrue();
    assertThat(metadata.sources())
        .extracting(BackupMetadata.SourceSummary::name)
        .containsExactly("postgres", "config");
    assertThat(metadata.sources().get(0).attributes()).containsEntry("server-version", "15.19");
    assertThat(metadata.sources())
        .extracting(BackupMetadata.SourceSummary::asOf)
        .containsExactly(FIRST.instant().plusMillis(59_500), FIRST.instant().plusSeconds(61));
    assertThat(metadata.spread()).isEqualTo(Duration.ofMillis(1500));
  }

  @Test
  void aManifestThatDoesNotFitIsNotEvenMade() {
    Manifest good = Manifests.of(FIRST);
    assertThatThrownBy(
            () ->
                new Manifest(
                    SECOND,
                    Optional.empty(),
                    good.system(),
                    good.repository(),
                    good.run(),
                    good.storage(),
                    good.previous(),
                    good.sources(),
                    good.missing(),
                    good.index(),
                    good.destinations(),
                    good.findings()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsThereIsNotMissing() throws Exception {
    for (String name : List.of("config", "no name", "redis\"},{\"name\":\"redis")) {
      ObjectNode tree = tree();
      ((ObjectNode) tree.path("missing").path(0)).put("name", name);
      assertThatThrownBy(() -> decode(tree.toString()))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(name);
    }
  }

  private interface Change {
    void apply(ObjectNode object, String name);
  }

  /** The tree with the n-th of all fields with fixed names changed. */
  private ObjectNode change(int number, Change change) throws Exception {
    ObjectNode tree = tree();
    int seen = 0;
    for (ObjectNode object : objects(tree)) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      if (number < seen + names.size()) {
        change.apply(object, names.get(number - seen));
        return tree;
      }
      seen += names.size();
    }
    throw new AssertionError("no such field");
  }

  /** All objects with fixed names: all but the sources' attributes. */
  private static List<ObjectNode> objects(JsonNode node) {
    List<ObjectNode> objects = new ArrayList<>();
    if (node instanceof ObjectNode object) {
      objects.add(object);
      object
          .properties()
          .forEach(
              entry -> {
                if (!entry.getKey().equals("attributes")) {
                  objects.addAll(objects(entry.getValue()));
                }
              });
    } else if (node instanceof ArrayNode array) {
      array.forEach(element -> objects.addAll(objects(element)));
    }
    return objects;
  }

  private ObjectNode tree() throws Exception {
    return (ObjectNode) mapper.readTree(text(Manifests.of(FIRST)));
  }

  private Manifest decode(String text) {
    return codec.decode(text.getBytes(UTF_8), FIRST);
  }

  private static String text(Manifest manifest) {
    return new String(new ManifestCodec().encode(manifest), UTF_8);
  }
}
