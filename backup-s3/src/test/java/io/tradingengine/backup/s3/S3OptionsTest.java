package io.tradingengine.backup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

class S3OptionsTest {
  private static final ObjectKey KEY = new ObjectKey("full-1/a");

  @Test
  void theBuilderAndAFileSayTheSame() {
    S3 s3 =
        S3.bucket("backups")
            .prefix("prod")
            .region("eu-west-1")
            .endpoint(URI.create("https://store.example"))
            .pathStyle()
            .storageClass("STANDARD_IA")
            .kmsKey("alias/backup")
            .objectLock(S3.LockMode.COMPLIANCE, 35)
            .partSize(16 << 20)
            .checksums(S3.Checksums.MD5)
            .credentials(Secret.of("a"), Secret.of("b"));
    Settings file =
        Settings.of(
            "s3",
            Map.ofEntries(
                Map.entry("bucket", "backups"),
                Map.entry("prefix", "prod/"),
                Map.entry("region", "eu-west-1"),
                Map.entry("endpoint", "https://store.example"),
                Map.entry("path-style", true),
                Map.entry("storage-class", "STANDARD_IA"),
                Map.entry("encryption", "kms"),
                Map.entry("kms-key", "alias/backup"),
                Map.entry("object-lock-mode", "compliance"),
                Map.entry("object-lock-days", 35),
                Map.entry("part-size", "16MiB"),
                Map.entry("checksums", "md5"),
                Map.entry("access-key", "a"),
                Map.entry("secret-key", "b")));
    DestinationProvider provider = new S3DestinationProvider();
    assertThat(file.validate(provider.keys())).isEmpty();
    assertThat(s3.settings().validate(provider.keys())).isEmpty();
    assertThat(S3Options.of(s3.settings())).isEqualTo(S3Options.of(file));
    try (Destination destination = provider.open(file)) {
      assertThat(destination.name()).isEqualTo("s3://backups/prod");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theProviderIsFound() {
    assertThat(Providers.destinationTypes()).contains("s3");
  }

  @ParameterizedTest
  @CsvSource({
    "storage-class, DEEP_ARCHIVE, cannot be read for hours",
    "part-size, 1MiB, from 5MiB",
    "prefix, ../other, expected something like",
    "object-lock-days, 3, object-lock-mode",
    "kms-key, alias/x, encryption is not kms",
    "bucket, a bucket, the name of a bucket"
  })
  void whatCannotBeMetIsRefused(String key, String value, String said) {
    Settings settings = S3.bucket("backups").settings().with(key, value);
    assertThatThrownBy(() -> S3Options.of(settings))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @CsvSource({"access-key, a, secret-key", "endpoint, nowhere, expected something like https"})
  void whatCannotBeReachedIsRefused(String key, String value, String said) {
    Settings settings = S3.bucket("backups").region("eu-west-1").settings().with(key, value);
    assertThatThrownBy(() -> new S3DestinationProvider().open(settings))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(said);
  }

  @Test
  void theHeadersAreThoseOfTheSettings() {
    S3 s3 =
        S3.bucket("backups")
            .storageClass("STANDARD_IA")
            .sseS3()
            .objectLock(S3.LockMode.GOVERNANCE, 10);
    PutObjectRequest large = put(s3, KEY, 128 << 10);
    assertThat(large.storageClassAsString()).isEqualTo("STANDARD_IA");
    assertThat(large.serverSideEncryption()).isEqualTo(ServerSideEncryption.AES256);
    assertThat(large.objectLockMode()).isEqualTo(ObjectLockMode.GOVERNANCE);
    assertThat(large.objectLockRetainUntilDate())
        .isAfter(Instant.now().plus(Duration.ofDays(10)).minusSeconds(60));
  }

  @Test
  void smallObjectsStayInTheStandardClass() {
    S3 s3 = S3.bucket("backups").storageClass("STANDARD_IA");
    assertThat(put(s3, KEY, (128 << 10) - 1).storageClass()).isNull();
  }

  @Test
  void notesAreNotProtected() {
    S3 s3 = S3.bucket("backups").objectLock(S3.LockMode.GOVERNANCE, 10);
    assertThat(put(s3, new ObjectKey("notes/pin"), 1).objectLockMode()).isNull();
  }

  private static PutObjectRequest put(S3 s3, ObjectKey key, long length) {
    Settings settings = s3.region("eu-west-1").settings();
    try (var client = S3Clients.open(settings, S3.Checksums.SHA256)) {
      return new Store(client, S3Options.of(settings)).put(key, length).build();
    }
  }
}
