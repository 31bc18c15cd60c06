package io.tradingengine.backup.core.catalog;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.tradingengine.backup.IntegrityException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A kind of JSON document with a format version in front. Reading refuses whatever writing would
 * not have written, and bounds depth and lengths. Immutable.
 *
 * @param <T> what a document stands for
 */
final class JsonDocument<T> {
  /** The newest format that this version writes and understands, of all documents. */
  static final long FORMAT = 1;

  private static final int DEEPEST = 16;
  private static final int LONGEST_TEXT = 1 << 20;
  private static final int LONGEST_NUMBER = 20;

  private final Json<T> form;
  private final JsonFactory factory =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(LONGEST_TEXT)
                  .maxNumberLength(LONGEST_NUMBER)
                  .build())
          .build();

  /**
   * A kind of document.
   *
   * @param form its form; an object with a field {@code format}
   */
  JsonDocument(Json<T> form) {
    this.form = form;
  }

  /** The field that says which format a document has; the same in all. */
  static <R> JsonObject.Field<R, Long> formatField() {
    return JsonObject.field("format", Json.constant(FORMAT), object -> FORMAT);
  }

  /**
   * Reads a document to its end.
   *
   * @param key how messages call it
   * @throws IntegrityException if it is not exactly such a document
   * @throws IOException if {@code in} cannot be read
   */
  T read(InputStream in, String key) throws IOException {
    try (JsonParser parser = factory.createParser(in)) {
      parser.nextToken();
      T value = form.read(parser);
      if (parser.nextToken() != null) {
        throw Json.wrong(parser, "something follows the document's end");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new IntegrityException(
          key,
          "is not what this library wrote: " + e.getOriginalMessage(),
          "it is damaged, was changed by hand, or comes from another version of the library",
          e);
    }
  }

  /** Reads a document that stands in memory. */
  T read(byte[] bytes, String key) {
    if (format(bytes) > FORMAT) {
      throw new IntegrityException(
          key,
          "has format " + format(bytes) + ", this version understands up to " + FORMAT,
          "upgrade the library to the version that wrote it",
          null);
    }
    try {
      return read(new ByteArrayInputStream(bytes), key);
    } catch (IOException e) {
      throw new UncheckedIOException("memory can be read", e);
    }
  }

  /** The number that a document gives as its format, or 0 where it gives none. */
  private long format(byte[] bytes) {
    try (JsonParser parser = factory.createParser(bytes)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT && name.equals("format")) {
            return parser.getLongValue();
          }
          parser.skipChildren();
        }
      }
      return 0;
    } catch (IOException e) {
      return 0; // Reading the document itself says what is wrong with it.
    }
  }

  /** Writes a document without white space. */
  void write(OutputStream out, T value) throws IOException {
    try (JsonGenerator generator = factory.createGenerator(out, JsonEncoding.UTF8)) {
      generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      form.write(generator, value);
    }
  }

  /** A document for people to read; the same value always gives the same bytes. */
  byte[] print(T value) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(indenter);
    printer.indentObjectsWith(indenter);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = factory.createGenerator(out, JsonEncoding.UTF8)) {
      generator.setPrettyPrinter(printer);
      form.write(generator, value);
      generator.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("memory can be written", e);
    }
    return out.toByteArray();
  }
}
