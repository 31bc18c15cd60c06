package io.tradingengine.backup.s3;

import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Destinations in a strict store. */
final class StrictDestinations {
  static final String PREFIX = "prod/";
  static final int PART = 5 << 20;

  private StrictDestinations() {}

  static S3Destination open(StrictStore store) {
    return open(store, UnaryOperator.identity());
  }

  static S3Destination open(StrictStore store, UnaryOperator<S3> more) {
    return open(store.endpoint(), more, Duration.ofSeconds(60));
  }

  static S3Destination open(URI endpoint, UnaryOperator<S3> more, Duration ttl) {
    S3 s3 =
        S3.bucket("bucket")
            .prefix("prod")
            .endpoint(endpoint)
            .pathStyle()
            .partSize(PART)
            .credentials(Secret.of("access"), Secret.of("secret"));
    Settings settings = more.apply(s3).settings();
    S3Options options = S3Options.of(settings);
    return new S3Destination(
        options, S3Clients.open(settings, options.checksums()), true, Optional.empty(), ttl);
  }
}
