package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class S3MockDestinationIT extends DestinationContract {
  @TempDir static Path directory;
  private static S3Server server;
  private String bucket;

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.s3mock(directory);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Override
  protected Destination open() {
    if (bucket == null) {
      bucket = server.newBucket();
    }
    return new S3DestinationProvider().open(server.settings(bucket));
  }
}
