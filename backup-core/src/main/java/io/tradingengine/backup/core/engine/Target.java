package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.core.catalog.Catalog;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;
import java.util.List;

/**
 * A configured destination.
 *
 * @param destination where objects go; whoever opened it closes it
 * @param options what the configuration says of it
 * @param catalog the backups in it
 */
record Target(Destination destination, DestinationOptions options, Catalog catalog) {

  /** How it is called in outcomes. */
  String name() {
    return destination.name();
  }

  /** Whether a backup that it does not take has failed. */
  boolean required() {
    return options.need() == DestinationOptions.Need.REQUIRED;
  }

  /** What stands in the way of a backup here; a warning only, if a backup can do without it. */
  List<Finding> check() {
    return destination.check().stream()
        .map(each -> required() || each.severity() != Severity.ERROR ? each : milder(each))
        .toList();
  }

  private static Finding milder(Finding error) {
    return Finding.warning(error.subject(), error.message(), error.hint());
  }

  /** What it means to everybody that it cannot be read. */
  BackupException unreadable(Exception e) {
    return new BackupException(
        name() + " cannot be read: " + Messages.of(e),
        "check that it is mounted or reachable, and readable by this user",
        e);
  }

  @Override
  public String toString() {
    return name();
  }
}
