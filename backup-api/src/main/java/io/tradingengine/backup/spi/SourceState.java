package io.tradingengine.backup.spi;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a source says of one capture, as it stands in the manifest in plain text: never a secret.
 * Immutable.
 *
 * @param attributes text by name, such as {@code start-lsn}; sorted by name
 */
public record SourceState(Map<String, String> attributes) {

  public SourceState {
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
  }

  /**
   * The value of an attribute that must be there.
   *
   * @throws IllegalArgumentException if it is not: the manifest was written by something else
   */
  public String require(String name) {
    return find(name)
        .orElseThrow(
            () -> new IllegalArgumentException("the manifest lacks the attribute '" + name + "'"));
  }

  /** The value of an attribute. */
  public Optional<String> find(String name) {
    return Optional.ofNullable(attributes.get(name));
  }
}
