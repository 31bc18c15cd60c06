package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Rsync;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.DestinationProvider;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said about an rsync destination before it connects. */
class RsyncDestinationProviderTest {
  @TempDir Path folder;

  private static Settings settings(String target) {
    return Rsync.to(target).settings();
  }

  private static Destination open(Settings settings) {
    return new RsyncDestinationProvider().open(settings);
  }

  @Test
  void theModuleAndTheClassPathOfferIt() throws IOException {
    String name = RsyncDestinationProvider.class.getName();
    assertThat(RsyncDestinationProvider.class.getModule().getDescriptor().provides())
        .anyMatch(provides -> provides.providers().contains(name));
    URL services =
        RsyncDestinationProvider.class.getResource(
            "/META-INF/services/" + DestinationProvider.class.getName());
    assertThat(services).isNotNull();
    try (InputStream in = services.openStream()) {
      assertThat(in.readAllBytes()).asString(UTF_8).contains(name);
    }
    assertThat(new RsyncDestinationProvider().type()).isEqualTo("rsync");
  }

  @Test
  void whatTheTypedBuilderSaysIsUnderstood() throws IOException {
    Path file = Files.createFile(folder.resolve("a key"));
    Settings settings =
        Rsync.to("backup@offsite.example:/srv/backups/")
            .sshKey(file)
            .knownHosts(file)
            .port(2222)
            .settings()
            .with("staging", folder);
    assertThat(settings.validate(new RsyncDestinationProvider().keys())).isEmpty();
    try (Destination destination = open(settings)) {
      assertThat(destination.name()).isEqualTo("rsync:backup@offsite.example:/srv/backups");
      assertThat(destination.proximity()).isEqualTo(Proximity.REMOTE);
      assertThat(destination.usableSpace()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void noKeyHasTheNameOfOneThatEveryDestinationUnderstands() {
    assertThat(new RsyncDestinationProvider().keys())
        .extracting(key -> key.name())
        .doesNotContainAnyElementsOf(
            DestinationOptions.keys().stream().map(key -> key.name()).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u@h:/",
        "u@h:/srv/backups",
        "u.x-1@10.0.0.1:/srv/b+1@x=y,z",
        "u@[::1]:/srv",
        "u@[fe80::1]:/a/b/c/"
      })
  void targetsAreUnderstood(String target) {
    RsyncTarget parsed = RsyncTarget.parse(target);
    assertThat(parsed.login()).doesNotContain("[").startsWith(parsed.user() + "@");
    assertThat(parsed.argument()).endsWith("/").doesNotEndWith("//").startsWith("u");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host:/srv",
        "u@h",
        "u@h:srv",
        "u@h:~/srv",
        "u@h::module",
        "u@-oProxyCommand=x:/srv",
        "-u@h:/srv",
        "u@h:/srv/../etc",
        "u@h:/srv/.hidden",
        "u@h:/srv//x",
        "u@h:/s rv",
        "u@h:/srv;reboot",
        "u@h:/srv/$(x)",
        "u@h:/srv/*",
        "u@h:/srv\n"
      })
  void targetsOfAnotherFormAreRefused(String target) {
    assertThatThrownBy(() -> open(settings(target).at("destinations[1]")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("destinations[1].target: is '" + target + "', expected user@host:");
  }

  @Test
  void aMissingKeyFileIsRefused() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> open(settings("u@h:/").with("ssh-key", missing)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("ssh-key " + missing + " is not there")
        .hasMessageContaining("HINT: ");
    assertThatThrownBy(() -> open(settings("u@h:/").with("known-hosts", missing)))
        .hasMessageContaining("known-hosts " + missing + " is not there");
    assertThatThrownBy(() -> open(settings("u@h:/").with("staging", missing)))
        .hasMessageContaining("the staging folder " + missing + " is not there");
  }

  @Test
  void aPathThatSshWouldExpandIsRefused() throws IOException {
    Path odd = Files.createFile(folder.resolve("100%h"));
    assertThatThrownBy(() -> open(settings("u@h:/").with("ssh-key", odd)))
        .hasMessageContaining("characters in its path that ssh does not take as they are");
  }

  @Test
  void aListingIsReadLineByLine() {
    List<RsyncEntry> entries =
        RsyncEntry.parse(
            List.of(
                "drwx------        4,096 2026/11/27 12:18:44 size with a comma",
                "drwx------        4096 2026/11/27 12:18:44 full-1",
                "-rw-------  9000000000 2024/02/29 23:59:59 full-1/base",
                "lrwxrwxrwx          4 2026/11/27 12:18:50 link -> /etc",
                "-rw-------           1 2026/02/31 00:00:00 full-1/no-such-day",
                "-rw-r--r--           0 2026/11/27 12:18:50 new\\#012line",
                "-rw-r--r--           0 2026/11/27 12:18:50  leading space",
                "something else"));
    assertThat(entries)
        .extracting(RsyncEntry::name)
        .contains("full-1", "full-1/base")
        .doesNotContain("size with a comma");
    assertThat(entries.stream().map(RsyncEntry::object).flatMap(Optional::stream))
        .contains(
            new ObjectInfo(
                new ObjectKey("full-1/base"),
                9_000_000_000L,
                Instant.parse("2024-02-29T23:59:59Z")))
        .extracting(object -> object.key().value())
        .doesNotContain("full-1", "link");
  }

  @Test
  void aPathWithQuotesAndSpacesReachesSshAsOneWord() throws IOException {
    Path file = Files.createFile(folder.resolve("a key"));
    Settings settings = settings("u@h:/").with("ssh-key", file).with("ssh-program", "/it's/ssh");
    try (SshConnection ssh = new SshConnection(RsyncSettings.of(settings))) {
      assertThat(ssh.remoteShell())
          .startsWith("'/it''s/ssh' '-F' 'none'")
          .contains("'" + file + "'");
    }
  }
}
