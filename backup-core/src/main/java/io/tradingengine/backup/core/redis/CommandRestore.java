package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.spi.StagedRestore;
import java.util.List;

final class CommandRestore {
  static StagedRestore stage(RestoreJob job, List<RestoreTarget> targets, Connections connections) {
    throw new UnsupportedOperationException();
  }
}
