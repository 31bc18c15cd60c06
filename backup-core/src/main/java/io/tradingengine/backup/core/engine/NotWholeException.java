package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;

/** No destination that can be read has an object as it was written. */
final class NotWholeException extends IOException {
  private static final long serialVersionUID = 1L;

  NotWholeException(ObjectKey key) {
    super(key + " is whole in no other destination");
  }
}
