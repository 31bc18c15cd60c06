package io.tradingengine.backup.s3;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.s3.S3.Checksums;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes clients of a store. */
final class S3Clients {
  private static final SettingsKey<String> REGION =
      SettingsKey.text("region").doc("The bucket's region; by default what AWS's tools take");
  private static final SettingsKey<String> ENDPOINT =
      SettingsKey.text("endpoint").doc("The address of a store other than Amazon's");
  private static final SettingsKey<Boolean> PATH_STYLE =
      SettingsKey.flag("path-style")
          .orElse(false)
          .doc("Names the bucket in the path, not in the host; many other stores need it");
  private static final SettingsKey<Secret> ACCESS_KEY =
      SettingsKey.secret("access-key")
          .doc("The access key; by default from AWS's default credential chain");
  private static final SettingsKey<Secret> SECRET_KEY =
      SettingsKey.secret("secret-key").doc("The access key's secret");

  /** The keys that these clients are made from. */
  static final List<SettingsKey<?>> KEYS =
      List.of(REGION, ENDPOINT, PATH_STYLE, ACCESS_KEY, SECRET_KEY);

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(60);
  private static final int CONNECTIONS = 128;
  // One for a connection that the store closed while it lay idle; the engine does the rest.
  private static final int ATTEMPTS = 2;

  private S3Clients() {}

  /**
   * A new client, which the caller closes.
   *
   * @throws BackupException if no region is known
   */
  static S3Client open(Settings settings, Checksums checksums) {
    boolean older = checksums == Checksums.MD5;
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials(settings))
            .forcePathStyle(settings.get(PATH_STYLE))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            // The engine judges all that it reads by the manifest's digests.
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(config -> config.chunkedEncodingEnabled(!older))
            .overrideConfiguration(
                config ->
                    config.retryStrategy(
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .maxAttempts(ATTEMPTS)
                            .build()))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .connectionTimeout(CONNECT)
                    .socketTimeout(SILENCE)
                    .connectionAcquisitionTimeout(SILENCE)
                    .maxConnections(CONNECTIONS));
    Optional<URI> endpoint = settings.find(ENDPOINT).map(text -> address(settings, text));
    endpoint.ifPresent(builder::endpointOverride);
    settings
        .find(REGION)
        // Other stores do not care, but the signature needs one.
        .or(() -> endpoint.map(address -> "us-east-1"))
        .map(Region::of)
        .ifPresent(builder::region);
    try {
      return builder.build();
    } catch (SdkClientException e) {
      throw new BackupException(
          "Cannot make a client for S3: " + e.getMessage(),
          "set region, or AWS_REGION in the environment",
          e);
    }
  }

  private static URI address(Settings settings, String text) {
    try {
      URI address = URI.create(text);
      if (address.getHost() != null && String.valueOf(address.getScheme()).startsWith("http")) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // Said below, for whatever is no address.
    }
    throw new InvalidConfigException(
        List.of(
            settings.place()
                + ".endpoint: is '"
                + text
                + "', expected something like https://minio.example:9000"));
  }

  private static AwsCredentialsProvider credentials(Settings settings) {
    Optional<Secret> access = settings.find(ACCESS_KEY);
    Optional<Secret> secret = settings.find(SECRET_KEY);
    if (access.isPresent() != secret.isPresent()) {
      throw new InvalidConfigException(
          List.of(
              settings.place() + ".access-key: goes with secret-key, but one of them is missing"));
    }
    if (access.isEmpty() || secret.isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    // Revealed at each use, so that keys that were replaced are taken up.
    return () ->
        AwsBasicCredentials.create(settings.reveal(access.get()), settings.reveal(secret.get()));
  }
}
