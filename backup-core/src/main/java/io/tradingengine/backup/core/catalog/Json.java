package io.tradingengine.backup.core.catalog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The JSON form of one kind of value: one declaration reads and writes it. Reading is strict and
 * streaming, so that memory goes to the values alone. Immutable.
 *
 * @param <T> the kind of value
 */
interface Json<T> {

  /** Reads the value that begins at the current token, and stops at its last one. */
  T read(JsonParser parser) throws IOException;

  void write(JsonGenerator generator, T value) throws IOException;

  /**
   * Text that is parsed.
   *
   * @param parse throws {@link RuntimeException} for what it does not understand; what it
   *     understands and {@code toString} prints otherwise is refused as well
   */
  static <T> Json<T> text(Function<String, T> parse) {
    return text(parse, Object::toString);
  }

  /** Text that is parsed, with an own way to print it. */
  static <T> Json<T> text(Function<String, T> parse, Function<T, String> print) {
    return new Json<>() {
      @Override
      public T read(JsonParser parser) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, "text");
        String text = parser.getText();
        T value = parsed(parser, () -> parse.apply(text));
        if (!print.apply(value).equals(text)) {
          throw wrong(parser, "is '" + text + "', expected it as '" + print.apply(value) + "'");
        }
        return value;
      }

      @Override
      public void write(JsonGenerator generator, T value) throws IOException {
        generator.writeString(print.apply(value));
      }
    };
  }

  /** Any text. */
  static Json<String> text() {
    return text(text -> text);
  }

  /** A whole number from 0 up to the largest {@code long}. */
  static Json<Long> number() {
    return new Json<>() {
      @Override
      public Long read(JsonParser parser) throws IOException {
        expect(parser, JsonToken.VALUE_NUMBER_INT, "a whole number");
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!fits || parser.getLongValue() < 0) {
          throw wrong(parser, "is " + parser.getText() + ", expected 0 to " + Long.MAX_VALUE);
        }
        return parser.getLongValue();
      }

      @Override
      public void write(JsonGenerator generator, Long value) throws IOException {
        generator.writeNumber(value);
      }
    };
  }

  /** One certain number. */
  static Json<Long> constant(long number) {
    Json<Long> any = number();
    return new Json<>() {
      @Override
      public Long read(JsonParser parser) throws IOException {
        long value = any.read(parser);
        if (value != number) {
          throw wrong(parser, "is " + value + ", expected " + number);
        }
        return value;
      }

      @Override
      public void write(JsonGenerator generator, Long value) throws IOException {
        any.write(generator, value);
      }
    };
  }

  /** A list. */
  static <T> Json<List<T>> list(Json<T> element) {
    return new Json<>() {
      @Override
      public List<T> read(JsonParser parser) throws IOException {
        expect(parser, JsonToken.START_ARRAY, "a list");
        List<T> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(element.read(parser));
        }
        return List.copyOf(list);
      }

      @Override
      public void write(JsonGenerator generator, List<T> values) throws IOException {
        generator.writeStartArray();
        for (T value : values) {
          element.write(generator, value);
        }
        generator.writeEndArray();
      }
    };
  }

  /** An object whose names are data, kept in their order. */
  static <T> Json<Map<String, T>> map(Json<T> element) {
    return new Json<>() {
      @Override
      public Map<String, T> read(JsonParser parser) throws IOException {
        expect(parser, JsonToken.START_OBJECT, "an object");
        Map<String, T> map = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          parser.nextToken();
          if (map.put(name, element.read(parser)) != null) {
            throw wrong(parser, "stands twice");
          }
        }
        expect(parser, JsonToken.END_OBJECT, "the object's end");
        return map;
      }

      @Override
      public void write(JsonGenerator generator, Map<String, T> values) throws IOException {
        generator.writeStartObject();
        for (Map.Entry<String, T> entry : values.entrySet()) {
          generator.writeFieldName(entry.getKey());
          element.write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
    };
  }

  /** A value or {@code null}; even {@code null} must be written down. */
  static <T> Json<Optional<T>> optional(Json<T> element) {
    return new Json<>() {
      @Override
      public Optional<T> read(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NULL
            ? Optional.empty()
            : Optional.of(element.read(parser));
      }

      @Override
      public void write(JsonGenerator generator, Optional<T> value) throws IOException {
        if (value.isPresent()) {
          element.write(generator, value.get());
        } else {
          generator.writeNull();
        }
      }
    };
  }

  /** A value that is there: a field without one is left out. */
  static <T> Json<Optional<T>> present(Json<T> element) {
    return new Json<>() {
      @Override
      public Optional<T> read(JsonParser parser) throws IOException {
        return Optional.of(element.read(parser));
      }

      @Override
      public void write(JsonGenerator generator, Optional<T> value) throws IOException {
        element.write(generator, value.orElseThrow());
      }
    };
  }

  /** Makes a value out of what was read, and turns its refusal into one of the document. */
  static <T> T parsed(JsonParser parser, Supplier<T> maker) throws JsonParseException {
    try {
      return maker.get();
    } catch (RuntimeException e) {
      throw wrong(parser, String.valueOf(e.getMessage()));
    }
  }

  /** Refuses a document in which the current token is another one. */
  static void expect(JsonParser parser, JsonToken token, String form) throws IOException {
    if (parser.currentToken() != token) {
      throw wrong(parser, "is no " + form.replaceFirst("^an? ", ""));
    }
  }

  /** What refuses a document, naming the place in it. */
  static JsonParseException wrong(JsonParser parser, String problem) {
    String place = parser.getParsingContext().pathAsPointer().toString();
    return new JsonParseException(parser, place.isEmpty() ? problem : place + " " + problem);
  }
}
