package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.IntegrityException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

/**
 * What {@code repository.json} says: whose repository it is. All destinations of a system hold the
 * same. Immutable.
 *
 * @param name the system's name
 * @param id tells repositories of one name apart
 * @param created when it was first written to
 */
public record Repository(String name, UUID id, Instant created) {
  private static final JsonObject.Field<Repository, Long> FORMAT = JsonDocument.formatField();
  private static final JsonObject.Field<Repository, String> NAME =
      JsonObject.field("name", Json.text(), Repository::name);
  private static final JsonObject.Field<Repository, UUID> ID =
      JsonObject.field("id", Json.text(UUID::fromString), Repository::id);
  private static final JsonObject.Field<Repository, Instant> CREATED =
      JsonObject.field("created", Json.text(Instant::parse), Repository::created);

  public Repository {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(created, "created");
  }

  /** A repository that is new. */
  public static Repository create(String name, Clock clock) {
    return new Repository(name, UUID.randomUUID(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
  }

  byte[] encode() {
    return document().print(this);
  }

  /**
   * Reads what {@link #encode()} wrote.
   *
   * @throws IntegrityException if it is anything else
   */
  static Repository decode(byte[] bytes) {
    return document().read(bytes, RepositoryLayout.REPOSITORY.value());
  }

  private static JsonDocument<Repository> document() {
    return new JsonDocument<>(
        JsonObject.of(
            values -> new Repository(values.get(NAME), values.get(ID), values.get(CREATED)),
            FORMAT,
            NAME,
            ID,
            CREATED));
  }
}
