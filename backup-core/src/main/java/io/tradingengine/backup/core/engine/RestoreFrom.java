package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.catalog.Manifest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a restore reads: a backup, and the changes that are applied to it.
 *
 * @param backup the backup that it begins with
 * @param replays how its sources get to the moment
 * @param logs where the changes are read
 */
record RestoreFrom(OpenBackup backup, Replays replays, LogObjects logs) implements AutoCloseable {

  Manifest manifest() {
    return backup.manifest();
  }

  /** What was seen while all of it was looked for and read. */
  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(backup.findings());
    all.addAll(replays.moment().findings());
    logs.findings().stream().filter(each -> !all.contains(each)).forEach(all::add);
    return all;
  }

  @Override
  public void close() {
    backup.close();
    logs.close();
  }
}
