package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;

/** Keeps objects in a bucket of S3. Opening it connects to nothing. */
public final class S3DestinationProvider implements DestinationProvider {
  private static final SettingsKey<S3Client> CLIENT =
      SettingsKey.object("client", S3Client.class)
          .doc("The program's own client, which is never closed; only a program can hand it in");

  /** For {@link java.util.ServiceLoader}. */
  public S3DestinationProvider() {}

  @Override
  public String type() {
    return "s3";
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return Stream.of(S3Options.KEYS, S3Clients.KEYS, List.<SettingsKey<?>>of(CLIENT))
        .<SettingsKey<?>>flatMap(List::stream)
        .toList();
  }

  /**
   * Opens the bucket.
   *
   * @throws io.tradingengine.backup.BackupException if the settings cannot be met
   */
  @Override
  public Destination open(Settings settings) {
    S3Options options = S3Options.of(settings);
    Optional<S3Client> given = settings.find(CLIENT);
    S3Client client = given.orElseGet(() -> S3Clients.open(settings, options.checksums()));
    return new S3Destination(
        options, client, given.isEmpty(), settings.find(DestinationOptions.RETENTION));
  }
}
