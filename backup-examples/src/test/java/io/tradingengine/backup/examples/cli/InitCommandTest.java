package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.IncrementalOptions;
import io.tradingengine.backup.Retention;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitCommandTest {
  @TempDir Path folder;

  @Test
  void writesAConfigurationThatOnlyItsOwnerReads() throws IOException {
    Path config = folder.resolve("new/backup.yaml");

    Run run = Run.of("init", "--name", "my-engine", folder.resolve("new").toString());

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Wrote " + config, "POSTGRES_PASSWORD", "check", "full");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config)))
        .isEqualTo("rw-------");
    JsonNode yaml = new YAMLMapper().readTree(config.toFile());
    assertThat(yaml.path("name").asText()).isEqualTo("my-engine");
    assertThat(yaml.path("sources").findValuesAsText("type"))
        .containsExactly("postgres", "redis", "files", "files");
    assertThat(yaml.path("sources").path(0).path("database").asText()).isEqualTo("my_engine");
    assertThat(yaml.path("sources").path(0).path("password").asText())
        .isEqualTo("${POSTGRES_PASSWORD}");
    assertThat(yaml.path("encryption").path("type").asText()).isEqualTo("openpgp");
    assertThat(yaml.has("decryption")).isFalse();
    assertThat(yaml.path("destinations").findValuesAsText("name")).containsExactly("local");
    assertThat(yaml.path("destinations").path(0).path("type").asText()).isEqualTo("local");
    assertThat(BackupConfig.load(config).retention().map(Retention::toString))
        .contains("7 daily, 4 weekly, 12 monthly");
  }

  @Test
  void whatIsCommentedOutIsRightOnceItsHashIsTaken() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("backup.yaml"),
            SampleConfig.named("my-engine")
                .replaceAll("(?m)^#( +- type:|   +[a-z-]+:|  zone:|schedule:)", "$1"));

    BackupConfig loaded = BackupConfig.load(config);

    assertThat(loaded.destinations())
        .extracting(Settings::type)
        .containsExactly("local", "s3", "rsync");
    assertThat(DestinationOptions.of(loaded.destinations().get(1)).catchUp())
        .isEqualTo(Duration.ofMinutes(30));
    assertThat(loaded.incremental().memory()).contains(Path.of("/var/lib/my-engine-memory"));
    assertThat(loaded.incremental().fullEvery()).isEqualTo(Duration.ofDays(7));
    assertThat(loaded.incremental().otherwise()).isEqualTo(IncrementalOptions.Otherwise.FULL);
    assertThat(loaded.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
  }

  @Test
  void writesWhereTheConfigurationIsLookedForIfNoFolderIsGiven() {
    Path config = folder.resolve("mine.yaml");

    assertThat(Run.of("-c", config.toString(), "init").code()).isZero();
    assertThat(config).exists();
  }

  @Test
  void neverOverwritesAConfiguration() throws IOException {
    Path config = Files.writeString(folder.resolve("backup.yaml"), "precious");

    Run run = Run.of("init", folder.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(config + " is there already", "HINT: ");
    assertThat(config).hasContent("precious");
  }

  @Test
  void aNameThatNoRepositoryCanHaveIsWrongUseAndWritesNothing() {
    Run run = Run.of("init", "--name", "my engine", folder.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'my engine'");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aKeyNeedsAPassphrase() {
    Run run = Run.of("init", "--generate-key", "B <b@example.org>", folder.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("no passphrase", "export BACKUP_PASSPHRASE");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPassphraseMustBeTypedTwiceTheSame() {
    Run run =
        Run.of(
            Map.of(),
            List.of("one", "another"),
            "init",
            "--generate-key",
            "B <b@example.org>",
            folder.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("passphrases differ").doesNotContain("another");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anUnknownAlgorithmIsWrongUse() {
    Run run = Run.of("init", "--algorithm", "rsa-512", folder.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("'rsa-512'", "rsa-4096 or curve-25519");
  }
}
