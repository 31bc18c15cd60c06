package io.tradingengine.backup.spi;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration says about one source, encryptor or destination: a type and named values. A
 * typed builder and a configuration file both become this, so that there is one binding path.
 * Immutable and safe for concurrent use.
 *
 * <p>Text may refer to an environment variable, {@code ${NAME}}, or to a file's content, {@code
 * ${file:/run/secrets/name}}. References are resolved when the value is asked for, not before. A
 * doubled dollar sign before a brace stands for a plain one.
 */
public final class Settings {
  private static final Pattern REFERENCE = Pattern.compile("\\$(\\$?)\\{([^}]*)}");
  private static final Pattern WHOLE_REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String FILE = "file:";

  private final String type;
  private final String place;
  private final Map<String, Object> values;
  private final @Nullable Path baseDirectory;
  private final UnaryOperator<@Nullable String> environment;

  private Settings(
      String type,
      String place,
      Map<String, Object> values,
      @Nullable Path baseDirectory,
      UnaryOperator<@Nullable String> environment) {
    this.type = type;
    this.place = place;
    this.values = values;
    this.baseDirectory = baseDirectory;
    this.environment = environment;
  }

  /** Settings of that type with no values. */
  public static Settings of(String type) {
    return new Settings(Objects.requireNonNull(type, "type"), type, Map.of(), null, System::getenv);
  }

  /**
   * Settings of that type with the values of a configuration file's mapping.
   *
   * @param values text, numbers, booleans, lists and live objects by key; the key {@code type} is
   *     passed over
   */
  public static Settings of(String type, Map<String, ?> values) {
    Settings settings = of(type);
    for (Map.Entry<String, ?> entry : values.entrySet()) {
      if (!entry.getKey().equals("type")) {
        settings = settings.with(entry.getKey(), entry.getValue());
      }
    }
    return settings;
  }

  /** These settings with one value more, or another one. */
  public Settings with(String key, Object value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, key);
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.put(key, value instanceof List<?> list ? List.copyOf(list) : value);
    return new Settings(type, place, copy, baseDirectory, environment);
  }

  /** These settings, called {@code place} in messages, such as {@code sources[0]}. */
  public Settings at(String place) {
    return new Settings(type, Objects.requireNonNull(place), values, baseDirectory, environment);
  }

  /** These settings, with relative paths in text resolved against {@code directory}. */
  public Settings relativeTo(Path directory) {
    return new Settings(type, place, values, Objects.requireNonNull(directory), environment);
  }

  /** These settings, with references to environment variables looked up by {@code environment}. */
  public Settings environment(UnaryOperator<@Nullable String> environment) {
    return new Settings(type, place, values, baseDirectory, Objects.requireNonNull(environment));
  }

  /** Empty settings of a section inside these. */
  Settings section(String name) {
    return new Settings(name, place + "." + name, Map.of(), baseDirectory, environment);
  }

  /** The type of the provider that understands these settings. */
  public String type() {
    return type;
  }

  /** How messages call these settings. */
  public String place() {
    return place;
  }

  Optional<Path> baseDirectory() {
    return Optional.ofNullable(baseDirectory);
  }

  /**
   * The value of a required key, or of one with a fallback.
   *
   * @throws InvalidConfigException if it is absent, of the wrong form, or refers to what is not
   *     there
   */
  public <T> T get(SettingsKey<T> key) {
    return find(key).orElseThrow(() -> new InvalidConfigException(List.of(missing(key))));
  }

  /**
   * The value of a key, or its fallback, or empty.
   *
   * @throws InvalidConfigException if it is of the wrong form, or refers to what is not there
   */
  public <T> Optional<T> find(SettingsKey<T> key) {
    Object raw = values.get(key.name());
    if (raw == null) {
      return key.fallback();
    }
    try {
      return Optional.of(key.read(isSecret(raw) ? raw : resolve(raw, key), this));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigException(List.of(problem(key.name(), e)));
    }
  }

  /**
   * Checks all that can be checked without resolving references: unknown keys, missing keys, values
   * of the wrong form.
   *
   * @return one sentence a problem, starting with the key's full name; empty if all is well
   */
  public List<String> validate(Collection<SettingsKey<?>> known) {
    List<String> problems = new ArrayList<>();
    for (String name : values.keySet()) {
      if (known.stream().noneMatch(key -> key.name().equals(name))) {
        problems.add(
            place
                + "."
                + name
                + ": unknown key; known are "
                + String.join(", ", known.stream().map(SettingsKey::name).sorted().toList()));
      }
    }
    for (SettingsKey<?> key : known) {
      Object raw = values.get(key.name());
      if (raw == null) {
        if (key.isRequired() && key.fallback().isEmpty()) {
          problems.add(missing(key));
        }
      } else {
        checkForm(key, raw).ifPresent(problems::add);
      }
    }
    return problems;
  }

  private Optional<String> checkForm(SettingsKey<?> key, Object raw) {
    try {
      if (holdsReference(raw) && !key.isSecret()) {
        checkReferences(raw);
      } else if (!isSecret(raw)) {
        key.read(resolve(raw, key), this);
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(problem(key.name(), e));
    }
  }

  private String missing(SettingsKey<?> key) {
    return place + "." + key.name() + ": is missing, expected " + key.form();
  }

  private String problem(String name, IllegalArgumentException e) {
    return place + "." + name + ": " + e.getMessage();
  }

  private static boolean isSecret(Object raw) {
    return raw instanceof Secret;
  }

  private static boolean holdsReference(Object raw) {
    if (raw instanceof List<?> list) {
      return list.stream().anyMatch(Settings::holdsReference);
    }
    return raw instanceof String text
        && REFERENCE.matcher(text).results().anyMatch(found -> found.group(1).isEmpty());
  }

  private static void checkReferences(Object raw) {
    if (raw instanceof List<?> list) {
      list.forEach(Settings::checkReferences);
    } else if (raw instanceof String text) {
      REFERENCE
          .matcher(text)
          .results()
          .filter(found -> found.group(1).isEmpty())
          .forEach(found -> reference(found.group(2)));
    }
  }

  private Object resolve(Object raw, SettingsKey<?> key) {
    if (raw instanceof List<?> list) {
      return list.stream().map(each -> resolve(each, key)).toList();
    }
    if (!(raw instanceof String text) || text.indexOf('$') < 0 || key.isSecret()) {
      return raw;
    }
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder resolved = new StringBuilder();
    while (matcher.find()) {
      String replacement =
          matcher.group(1).isEmpty()
              ? reference(matcher.group(2)).reveal(environment)
              : "${" + matcher.group(2) + "}";
      matcher.appendReplacement(resolved, Matcher.quoteReplacement(replacement));
    }
    return matcher.appendTail(resolved).toString();
  }

  /** A secret written as text: a reference as a whole, or the value itself. */
  Secret secretOf(String text) {
    Matcher whole = WHOLE_REFERENCE.matcher(text);
    if (whole.matches()) {
      return reference(whole.group(1));
    }
    if (holdsReference(text)) {
      throw new IllegalArgumentException("mixes text and references, expected one or the other");
    }
    return Secret.of(text.replace("$${", "${"));
  }

  private static Secret reference(String target) {
    if (target.startsWith(FILE)) {
      return Secret.file(Path.of(target.substring(FILE.length())));
    }
    if (!VARIABLE.matcher(target).matches()) {
      throw new IllegalArgumentException(
          "refers to '${" + target + "}', expected ${VARIABLE} or ${file:/path}");
    }
    return Secret.env(target);
  }

  /** Reveals a secret of these settings, with their environment. */
  public String reveal(Secret secret) {
    return secret.reveal(environment);
  }

  /** The type and the keys, never the values: some are secret. */
  @Override
  public String toString() {
    return place + " " + type + values.keySet();
  }
}
