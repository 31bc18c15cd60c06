package io.tradingengine.backup.core.catalog;

import io.tradingengine.backup.BackupId;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * What {@code run.json} says: which run takes a backup. Put before anything else of it; as objects
 * are written once, no two runs can take a backup of the same id. Immutable.
 *
 * @param id the backup
 * @param token tells this run from every other
 * @param owner who runs it, for people
 * @param claimedAt when it began, by its host's clock
 */
public record RunClaim(BackupId id, UUID token, String owner, Instant claimedAt) {
  private static final JsonObject.Field<RunClaim, Long> FORMAT = JsonDocument.formatField();
  private static final JsonObject.Field<RunClaim, BackupId> ID =
      JsonObject.field("id", Json.text(BackupId::parse), RunClaim::id);
  private static final JsonObject.Field<RunClaim, UUID> TOKEN =
      JsonObject.field("token", Json.text(UUID::fromString), RunClaim::token);
  private static final JsonObject.Field<RunClaim, String> OWNER =
      JsonObject.field("owner", Json.text(), RunClaim::owner);
  private static final JsonObject.Field<RunClaim, Instant> CLAIMED_AT =
      JsonObject.field("claimedAt", Json.text(Instant::parse), RunClaim::claimedAt);

  public RunClaim {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(claimedAt, "claimedAt");
  }

  byte[] encode() {
    return new JsonDocument<>(
            JsonObject.of(
                values ->
                    new RunClaim(
                        values.get(ID),
                        values.get(TOKEN),
                        values.get(OWNER),
                        values.get(CLAIMED_AT)),
                FORMAT,
                ID,
                TOKEN,
                OWNER,
                CLAIMED_AT))
        .print(this);
  }
}
