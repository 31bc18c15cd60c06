package io.tradingengine.backup.core.catalog;

import static io.tradingengine.backup.core.catalog.JsonObject.field;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.catalog.JsonObject.Field;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The files that stand in a backup's artifacts, as JSON. Immutable.
 *
 * @param artifacts entries in the order of their offsets, by {@code source/artifact}
 */
public record IndexFile(Map<String, List<IndexEntry>> artifacts) {
  private static final Field<IndexEntry, String> PATH =
      field("path", Json.text(), IndexEntry::path);
  private static final Field<IndexEntry, IndexEntry.Type> TYPE =
      field("type", Json.text(IndexFile::type, IndexFile::label), IndexEntry::type);
  private static final Field<IndexEntry, Integer> MODE =
      field(
          "mode",
          Json.text(text -> Integer.parseInt(text, 8), mode -> String.format("%04o", mode)),
          IndexEntry::mode);
  private static final Field<IndexEntry, Long> OFFSET =
      field("offset", Json.number(), IndexEntry::offset);
  private static final Field<IndexEntry, Long> SIZE =
      field("size", Json.number(), IndexEntry::size);
  private static final Field<IndexEntry, String> LINK =
      field("link", Json.text(), IndexEntry::link);
  private static final Json<IndexEntry> ENTRY =
      JsonObject.of(
          values ->
              new IndexEntry(
                  values.get(PATH),
                  values.get(TYPE),
                  values.get(MODE),
                  values.get(OFFSET),
                  values.get(SIZE),
                  values.get(LINK)),
          PATH,
          TYPE,
          MODE,
          OFFSET,
          SIZE,
          LINK);
  private static final Field<IndexFile, Long> FORMAT = JsonDocument.formatField();
  private static final Field<IndexFile, Map<String, List<IndexEntry>>> ARTIFACTS =
      field("artifacts", Json.map(Json.list(ENTRY)), IndexFile::artifacts);

  public IndexFile {
    artifacts = Collections.unmodifiableMap(new LinkedHashMap<>(artifacts));
  }

  /** The name under which an artifact stands in the index. */
  public static String nameOf(String source, String artifact) {
    return source + "/" + artifact;
  }

  /** The entries of an artifact; none if it has no index. */
  public List<IndexEntry> entries(String source, String artifact) {
    return artifacts.getOrDefault(nameOf(source, artifact), List.of());
  }

  /** Writes the document, and does not close {@code out}. */
  public void write(OutputStream out) throws IOException {
    document().write(out, this);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param key the index's key, for messages
   * @throws IntegrityException if it is anything else
   * @throws IOException if {@code in} cannot be read
   */
  public static IndexFile read(InputStream in, ObjectKey key) throws IOException {
    return document().read(in, key.value());
  }

  private static JsonDocument<IndexFile> document() {
    return new JsonDocument<>(
        JsonObject.of(values -> new IndexFile(values.get(ARTIFACTS)), FORMAT, ARTIFACTS));
  }

  private static IndexEntry.Type type(String label) {
    return IndexEntry.Type.valueOf(label.toUpperCase(Locale.ROOT));
  }

  private static String label(IndexEntry.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
