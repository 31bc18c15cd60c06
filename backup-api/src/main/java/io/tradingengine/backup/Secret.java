package io.tradingengine.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A password or passphrase. Never shows its value in {@link #toString()}, and is fetched anew each
 * time it is {@linkplain #reveal revealed}, so that a rotated credential is taken up. Immutable and
 * safe for concurrent use.
 */
public final class Secret {
  private interface Fetch {
    String fetch(UnaryOperator<@Nullable String> environment);
  }

  private final Fetch fetch;

  private Secret(Fetch fetch) {
    this.fetch = fetch;
  }

  /** A secret whose value is at hand. */
  public static Secret of(String value) {
    Objects.requireNonNull(value, "value");
    return new Secret(environment -> value);
  }

  /** A secret that stands in an environment variable. */
  public static Secret env(String variable) {
    Objects.requireNonNull(variable, "variable");
    return new Secret(
        environment -> {
          String value = environment.apply(variable);
          if (value == null) {
            throw new BackupException(
                "The environment variable " + variable + " is not set",
                "export " + variable + "=… before starting, it holds a password or passphrase",
                null);
          }
          return value;
        });
  }

  /** A secret that is a file's content, less one line end at its end. */
  public static Secret file(Path file) {
    Objects.requireNonNull(file, "file");
    return new Secret(
        environment -> {
          try {
            return stripLineEnd(Files.readString(file));
          } catch (IOException e) {
            throw new BackupException(
                "The secret in the file " + file + " cannot be read",
                "check that the file is there and readable by this user",
                e);
          }
        });
  }

  private static String stripLineEnd(String text) {
    if (text.endsWith("\r\n")) {
      return text.substring(0, text.length() - 2);
    }
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  /**
   * Fetches the value.
   *
   * @throws BackupException if the variable is not set or the file cannot be read
   */
  public String reveal() {
    return reveal(System::getenv);
  }

  /** Fetches the value, looking environment variables up with {@code environment}. */
  public String reveal(UnaryOperator<@Nullable String> environment) {
    return fetch.fetch(environment);
  }

  /** Always {@code ***}. */
  @Override
  public String toString() {
    return "***";
  }
}
