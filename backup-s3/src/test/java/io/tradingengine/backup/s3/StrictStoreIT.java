package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.contract.DestinationContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The contract in each kind of store that the strict one can be. */
class StrictStoreIT {

  abstract static class Contract extends DestinationContract {
    StrictStore store;

    @AfterEach
    void stopStore() {
      store.close();
    }

    StrictStore store() throws Exception {
      if (store == null) {
        store = new StrictStore();
      }
      return store;
    }
  }

  @Nested
  class WithConditions extends Contract {
    @Override
    protected Destination open() throws Exception {
      return StrictDestinations.open(store());
    }
  }

  @Nested
  class WithoutConditions extends Contract {
    @Override
    protected Destination open() throws Exception {
      store().ignoreConditions();
      return StrictDestinations.open(store());
    }
  }

  @Nested
  class WithOlderChecksums extends Contract {
    @Override
    protected Destination open() throws Exception {
      return StrictDestinations.open(store(), s3 -> s3.checksums(S3.Checksums.MD5));
    }
  }
}
