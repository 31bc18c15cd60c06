/** Keeps backups in S3. Found by {@link java.util.ServiceLoader}; exports its typed builder. */
// Its name ends in a digit, as the service's does; the SDK is of automatic modules.
@SuppressWarnings({"module", "requires-transitive-automatic"})
module io.tradingengine.backup.s3 {
  requires software.amazon.awssdk.auth;
  requires software.amazon.awssdk.awscore;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.http.apache5;
  requires software.amazon.awssdk.identity.spi;
  requires software.amazon.awssdk.regions;
  requires software.amazon.awssdk.retries;
  requires software.amazon.awssdk.retries.api;
  requires software.amazon.awssdk.utils;
  requires static org.jspecify;
  requires transitive io.tradingengine.backup.api;
  requires transitive software.amazon.awssdk.services.s3;

  exports io.tradingengine.backup.s3;

  provides io.tradingengine.backup.spi.DestinationProvider with
      io.tradingengine.backup.s3.S3DestinationProvider;
}
