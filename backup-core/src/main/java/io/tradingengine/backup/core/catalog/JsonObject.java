package io.tradingengine.backup.core.catalog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object with a fixed set of fields. All but the optional ones must be there, once, in any
 * order; others are refused.
 *
 * @param <R> what it stands for
 */
final class JsonObject<R> implements Json<R> {
  private final Function<Values, R> maker;
  private final Map<String, Field<R, ?>> fields = new LinkedHashMap<>();

  private JsonObject(Function<Values, R> maker) {
    this.maker = maker;
  }

  /**
   * The form of an object.
   *
   * @param maker makes it of its fields' values
   * @param fields its fields, in the order in which they are written
   */
  @SafeVarargs
  static <R> Json<R> of(Function<Values, R> maker, Field<R, ?>... fields) {
    JsonObject<R> form = new JsonObject<>(maker);
    for (Field<R, ?> field : fields) {
      form.fields.put(field.name, field);
    }
    return form;
  }

  /** A field of an object. */
  static <R, T> Field<R, T> field(String name, Json<T> form, Function<R, T> getter) {
    return new Field<>(name, form, getter, Optional.empty());
  }

  /** A field that is left out where there is no value. */
  static <R, T> Field<R, Optional<T>> optionalField(
      String name, Json<T> form, Function<R, Optional<T>> getter) {
    return new Field<>(name, Json.present(form), getter, Optional.of(Optional.empty()));
  }

  /**
   * A field.
   *
   * @param <R> the object's kind
   * @param <T> the value's kind
   */
  static final class Field<R, T> {
    private final String name;
    private final Json<T> form;
    private final Function<R, T> getter;

    /** What stands for the value of a field that is left out; empty if it must not be. */
    private final Optional<T> absent;

    private Field(String name, Json<T> form, Function<R, T> getter, Optional<T> absent) {
      this.name = name;
      this.form = form;
      this.getter = getter;
      this.absent = absent;
    }

    private void read(JsonParser parser, Values values) throws IOException {
      values.put(this, form.read(parser));
    }

    private void write(JsonGenerator generator, R object) throws IOException {
      T value = getter.apply(object);
      if (absent.isPresent() && absent.get().equals(value)) {
        return;
      }
      generator.writeFieldName(name);
      form.write(generator, value);
    }
  }

  /** The values of one object's fields while it is read. */
  static final class Values {
    private final Map<Field<?, ?>, Object> values = new LinkedHashMap<>();

    private <T> void put(Field<?, T> field, T value) {
      values.put(field, value);
    }

    /** The value of one of the object's fields. */
    @SuppressWarnings("unchecked") // put() pairs each field with a value of its kind.
    <T> T get(Field<?, T> field) {
      Object value = values.get(field);
      if (value == null) {
        throw new IllegalStateException("not a field of this object: " + field.name);
      }
      return (T) value;
    }
  }

  @Override
  public R read(JsonParser parser) throws IOException {
    Json.expect(parser, JsonToken.START_OBJECT, "an object");
    Values values = new Values();
    for (String name = nextName(parser); name != null; name = nextName(parser)) {
      Field<R, ?> field = fields.get(name);
      if (field == null) {
        throw Json.wrong(parser, "is unknown");
      }
      if (values.values.containsKey(field)) {
        throw Json.wrong(parser, "stands twice");
      }
      field.read(parser, values);
    }
    Json.expect(parser, JsonToken.END_OBJECT, "the object's end");
    for (Field<R, ?> field : fields.values()) {
      if (!values.values.containsKey(field)) {
        Object absent = field.absent.orElse(null);
        if (absent == null) {
          throw Json.wrong(parser, "lacks '" + field.name + "'");
        }
        values.values.put(field, absent);
      }
    }
    return Json.parsed(parser, () -> maker.apply(values));
  }

  private static @Nullable String nextName(JsonParser parser) throws IOException {
    String name = parser.nextFieldName();
    if (name != null) {
      parser.nextToken();
    }
    return name;
  }

  @Override
  public void write(JsonGenerator generator, R object) throws IOException {
    generator.writeStartObject();
    for (Field<R, ?> field : fields.values()) {
      field.write(generator, object);
    }
    generator.writeEndObject();
  }
}
