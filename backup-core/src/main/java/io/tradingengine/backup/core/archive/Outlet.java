package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions.Need;

/**
 * A destination that gets what is archived.
 *
 * @param destination where to; not closed
 * @param need whether a recovery point counts without it
 */
public record Outlet(Destination destination, Need need) {

  String name() {
    return destination.name();
  }

  boolean required() {
    return need == Need.REQUIRED;
  }
}
