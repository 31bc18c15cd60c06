package io.tradingengine.backup.spi;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The name of an object in a repository: parts joined by slashes, such as {@code
 * full-20240115-020000/postgres/base-000001.tar.zst.gpg}. Immutable; ordered by code point. Parts
 * are made of letters, digits, dot, underscore, dash and plus, and never start with a dot, so that
 * a key is a safe file name everywhere.
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9_+-][A-Za-z0-9._+-]*(/[A-Za-z0-9_+-][A-Za-z0-9._+-]*)*");
  private static final int LONGEST = 512;

  public ObjectKey {
    Objects.requireNonNull(value, "value");
    if (value.length() > LONGEST || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not an object key: '" + value + "'");
    }
  }

  /** The key that {@code name} has below this one. */
  public ObjectKey resolve(String name) {
    return new ObjectKey(value + "/" + name);
  }

  @Override
  public int compareTo(ObjectKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
