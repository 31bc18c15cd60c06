package io.tradingengine.backup.spi;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a source says of one capture, as it stands in the manifest in plain text: never a secret.
 * Immutable.
 *
 * @param asOf the instant whose state a restore brings back; for what is no point in time, the
 *     instant at which the capture ended. By the clock of the host that takes the backup
 * @param attributes text by name, such as {@code start-lsn}; sorted by name
 */
public record SourceState(Instant asOf, Map<String, String> attributes) {

  public SourceState {
    Objects.requireNonNull(asOf, "asOf");
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
