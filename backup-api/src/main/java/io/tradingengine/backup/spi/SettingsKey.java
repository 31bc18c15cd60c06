package io.tradingengine.backup.spi;

import io.tradingengine.backup.Secret;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One key that a provider understands: its name, its type, whether it must be there, what stands in
 * for it, and a line of documentation. Immutable.
 *
 * <p>Values arrive as a typed builder put them in (an {@code Integer}, a {@code Path}, a {@code
 * Secret}) or as a configuration file has them (text, whole numbers, booleans, lists). Both are
 * taken strictly: {@code "5432x"} is not a port and {@code "yes"} is not a boolean.
 *
 * @param <T> the type of the value
 */
public final class SettingsKey<T> {
  private static final Reader<Secret> SECRET =
      (raw, owner) -> raw instanceof Secret secret ? secret : owner.secretOf(raw.toString());
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})\\s*(B|KiB|MiB|GiB|TiB)?");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*(ms|s|m|h|d)");

  /**
   * Turns a raw value into the typed one; throws {@link IllegalArgumentException} with a reason.
   */
  interface Reader<T> {
    T read(Object raw, Settings owner);
  }

  private final String name;
  private final Reader<T> reader;
  private final String form;
  private final boolean required;
  private final @Nullable T fallback;
  private final String doc;

  private SettingsKey(
      String name,
      Reader<T> reader,
      String form,
      boolean required,
      @Nullable T fallback,
      String doc) {
    this.name = name;
    this.reader = reader;
    this.form = form;
    this.required = required;
    this.fallback = fallback;
    this.doc = doc;
  }

  private static <T> SettingsKey<T> optional(String name, String form, Reader<T> reader) {
    return new SettingsKey<>(Objects.requireNonNull(name), reader, form, false, null, "");
  }

  /** A key whose value is text. */
  public static SettingsKey<String> text(String name) {
    return optional(name, "text", (raw, owner) -> asText(raw));
  }

  /** A key whose value is a whole number between {@code min} and {@code max}, both included. */
  public static SettingsKey<Integer> integer(String name, int min, int max) {
    String form = "a whole number from " + min + " to " + max;
    return optional(
        name,
        form,
        (raw, owner) -> {
          long number;
          try {
            number = raw instanceof Number n ? n.longValue() : Long.parseLong(asText(raw));
          } catch (NumberFormatException e) {
            throw unlike(raw, form);
          }
          if (raw instanceof Double || raw instanceof Float || number < min || number > max) {
            throw unlike(raw, form);
          }
          return (int) number;
        });
  }

  /** A key whose value is {@code true} or {@code false}. */
  public static SettingsKey<Boolean> flag(String name) {
    String form = "true or false";
    return optional(
        name,
        form,
        (raw, owner) ->
            switch (raw.toString()) {
              case "true" -> true;
              case "false" -> false;
              default -> throw unlike(raw, form);
            });
  }

  /** A key whose value is one of an enum's constants, written in lower case with dashes. */
  public static <E extends Enum<E>> SettingsKey<E> choice(String name, Class<E> type) {
    List<String> labels = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      labels.add(label(constant));
    }
    String form = "one of " + String.join(", ", labels);
    return optional(
        name,
        form,
        (raw, owner) -> {
          if (type.isInstance(raw)) {
            return type.cast(raw);
          }
          int index = labels.indexOf(raw.toString());
          if (index < 0) {
            throw unlike(raw, form);
          }
          return type.getEnumConstants()[index];
        });
  }

  /** A key whose value is a path; a relative one is resolved against the configuration's folder. */
  public static SettingsKey<Path> path(String name) {
    return optional(name, "a path", SettingsKey::asPath);
  }

  /** A key whose value is a list of paths; a single path stands for a list of one. */
  public static SettingsKey<List<Path>> paths(String name) {
    return optional(
        name, "a list of paths", (raw, owner) -> asList(raw, each -> asPath(each, owner)));
  }

  /** A key whose value is a list of texts; a single text stands for a list of one. */
  public static SettingsKey<List<String>> texts(String name) {
    return optional(name, "a list of texts", (raw, owner) -> asList(raw, SettingsKey::asText));
  }

  /**
   * A key whose value is a password or passphrase. In a file it is best written as a reference,
   * {@code ${NAME}} or {@code ${file:/run/secrets/name}}, which is looked up at each use.
   */
  public static SettingsKey<Secret> secret(String name) {
    return optional(name, "a password, best as ${VARIABLE} or ${file:/path}", SECRET);
  }

  /** A key whose value is a number of bytes: {@code 32MiB}, {@code 1GiB}, {@code 4096}. */
  public static SettingsKey<Long> size(String name) {
    String form = "a size such as 32MiB";
    return optional(
        name,
        form,
        (raw, owner) -> {
          var matcher = SIZE.matcher(raw.toString());
          if (!matcher.matches()) {
            throw unlike(raw, form);
          }
          int shift =
              switch (Optional.ofNullable(matcher.group(2)).orElse("B")) {
                case "KiB" -> 10;
                case "MiB" -> 20;
                case "GiB" -> 30;
                case "TiB" -> 40;
                default -> 0;
              };
          try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
          } catch (ArithmeticException e) {
            throw unlike(raw, form);
          }
        });
  }

  /** A key whose value is a duration: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 4h}. */
  public static SettingsKey<Duration> duration(String name) {
    String form = "a duration such as 10s, 5m or 4h";
    return optional(
        name,
        form,
        (raw, owner) -> {
          if (raw instanceof Duration duration) {
            return duration;
          }
          var matcher = DURATION.matcher(raw.toString());
          if (!matcher.matches()) {
            throw unlike(raw, form);
          }
          long amount = Long.parseLong(matcher.group(1));
          return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
          };
        });
  }

  /** A key whose value is a time zone: {@code UTC}, {@code Europe/Berlin}. */
  public static SettingsKey<ZoneId> zone(String name) {
    String form = "a time zone such as UTC or Europe/Berlin";
    return optional(
        name,
        form,
        (raw, owner) -> {
          try {
            return raw instanceof ZoneId zone ? zone : ZoneId.of(asText(raw));
          } catch (DateTimeException e) {
            throw unlike(raw, form);
          }
        });
  }

  /** A key whose value is a live object that only a program can hand in, such as a callback. */
  public static <T> SettingsKey<T> object(String name, Class<T> type) {
    String form = "a " + type.getSimpleName() + " handed in by the program";
    return optional(
        name,
        form,
        (raw, owner) -> {
          if (!type.isInstance(raw)) {
            throw unlike(raw, form);
          }
          return type.cast(raw);
        });
  }

  /**
   * A key whose value is a mapping of its own keys to values.
   *
   * @param type what a program hands in
   * @param reader makes it of a file's mapping; throws {@link IllegalArgumentException} or {@link
   *     io.tradingengine.backup.InvalidConfigException} for what it does not understand
   */
  public static <T> SettingsKey<T> section(
      String name, Class<T> type, Function<Settings, T> reader) {
    String form = "a mapping of keys to values";
    return optional(
        name,
        form,
        (raw, owner) -> {
          if (type.isInstance(raw)) {
            return type.cast(raw);
          }
          if (!(raw instanceof Map<?, ?> map)) {
            throw unlike(raw, form);
          }
          Settings section = owner.section(name);
          for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() == null) {
              throw new IllegalArgumentException(entry.getKey() + " has no value");
            }
            section = section.with(String.valueOf(entry.getKey()), entry.getValue());
          }
          return reader.apply(section);
        });
  }

  boolean isSecret() {
    return reader.equals(SECRET);
  }

  /** This key, which must be there. */
  public SettingsKey<T> required() {
    return new SettingsKey<>(name, reader, form, true, fallback, doc);
  }

  /** This key, with a value that stands in for it where it is absent. */
  public SettingsKey<T> orElse(T fallback) {
    return new SettingsKey<>(name, reader, form, required, Objects.requireNonNull(fallback), doc);
  }

  /** This key, with a sentence for the documentation. */
  public SettingsKey<T> doc(String doc) {
    return new SettingsKey<>(name, reader, form, required, fallback, Objects.requireNonNull(doc));
  }

  public String name() {
    return name;
  }

  /** What values look like, for messages and documentation. */
  public String form() {
    return form;
  }

  public boolean isRequired() {
    return required;
  }

  public Optional<T> fallback() {
    return Optional.ofNullable(fallback);
  }

  public String documentation() {
    return doc;
  }

  T read(Object raw, Settings owner) {
    return reader.read(raw, owner);
  }

  @Override
  public String toString() {
    return name;
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String asText(Object raw) {
    if (raw instanceof List || raw instanceof Map || raw instanceof Secret) {
      throw unlike(raw, "text");
    }
    return raw.toString();
  }

  private static Path asPath(Object raw, Settings owner) {
    if (raw instanceof Path path) {
      return path;
    }
    String text = asText(raw);
    try {
      if (!text.isEmpty()) {
        return owner.baseDirectory().map(base -> base.resolve(text)).orElse(Path.of(text));
      }
    } catch (InvalidPathException e) {
      throw unlike(raw, "a path");
    }
    throw new IllegalArgumentException("is empty, expected a path");
  }

  private static <E> List<E> asList(Object raw, Function<Object, E> element) {
    List<E> list = new ArrayList<>();
    for (Object each : raw instanceof List<?> several ? several : List.of(raw)) {
      list.add(element.apply(each));
    }
    return List.copyOf(list);
  }

  private static IllegalArgumentException unlike(Object raw, String form) {
    return new IllegalArgumentException("is '" + raw + "', expected " + form);
  }
}
