package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.core.catalog.RunClaim;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Claims ids of backups under leases that are held.
 *
 * @param system the system's name
 * @param access the destinations
 * @param clock dates the claims
 */
record IdClaim(String system, WriteAccess access, Clock clock) {

  /**
   * Claims an id that is this run's alone, in every destination.
   *
   * @param earliest the instant that it has, or the first one after every backup there is
   */
  BackupId take(BackupKind kind, Instant earliest) throws IOException {
    UUID token = UUID.randomUUID();
    Instant from = earliest;
    while (true) {
      BackupId id = nextId(kind, from);
      access.requireAny();
      if (claimed(new RunClaim(id, token, system, clock.instant()))) {
        access.requireAny();
        return id;
      }
      from = id.instant().plusSeconds(1);
    }
  }

  private boolean claimed(RunClaim claim) throws IOException {
    for (Target target : access.targets()) {
      try {
        target.catalog().claim(claim);
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (IOException e) {
        access.drop(target, e);
      }
    }
    return true;
  }

  private BackupId nextId(BackupKind kind, Instant from) throws IOException {
    BackupId latest = new BackupId(kind, from.truncatedTo(ChronoUnit.SECONDS));
    for (Target target : access.targets()) {
      try {
        BackupId id = target.catalog().nextId(kind, from);
        latest = id.compareTo(latest) > 0 ? id : latest;
      } catch (IOException e) {
        access.drop(target, e);
      }
    }
    return latest;
  }
}
