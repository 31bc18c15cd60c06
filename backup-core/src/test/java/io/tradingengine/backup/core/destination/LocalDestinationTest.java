package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalDestinationTest extends DestinationContract {
  @TempDir Path directory;

  @Override
  protected Destination open() throws Exception {
    return new LocalDestination(directory.toRealPath().resolve("repository"), Placement.LINK);
  }
}
