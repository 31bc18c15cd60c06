package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Retention;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/**
 * What a plan is asked for.
 *
 * @param policy how long backups are kept
 * @param zone whose days count
 * @param now what the clock says
 * @param asOf the instant planned for; not after {@code now}. What is newer stays and counts for
 *     nothing
 * @param approved the only backups that may expire; empty if all may
 */
record Request(
    Retention policy, ZoneId zone, Instant now, Instant asOf, Optional<Set<BackupId>> approved) {}
