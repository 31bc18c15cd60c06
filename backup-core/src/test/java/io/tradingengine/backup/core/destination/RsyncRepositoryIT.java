package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.support.SshServer;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What else may lie in the folder there, on an open account and on a restricted one. */
class RsyncRepositoryIT {
  private static final ObjectKey KEY = new ObjectKey("full-1/postgres/base");

  @TempDir static Path home;
  private static SshServer server;

  @TempDir Path directory;
  private RsyncHost host;

  @BeforeAll
  static void startServer() {
    server = SshServer.start(home, "restrict");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void prepare() throws IOException {
    host = RsyncHost.in(server, directory);
  }

  @AfterEach
  void nothingIsLeftBehindHere() {
    assertThat(host.staging()).isEmptyDirectory();
    assertThat(host.lastingClients()).isEmpty();
  }

  private Destination open(boolean restricted) throws IOException {
    if (restricted) {
      host.restrict("-no-lock");
    }
    return RsyncHost.open(restricted ? host.settings("/") : host.settings());
  }

  private Path file(String name, String content) throws IOException {
    Path file = host.root().resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static Content text(String text) {
    return Content.of(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hostileNamesThereArePassedOver(boolean restricted) throws IOException {
    List<String> names =
        List.of(
            "new\nline",
            "full-1/new\n-rw-------  1 2026/01/01 00:00:00 forged",
            "a b",
            "back\\#012slash",
            "[x]*?",
            "'quoted\"$(reboot)`",
            ".hidden",
            "full-1/.hidden/x",
            "lost+found/x",
            "-rf ..",
            "full-1/ \u00fc");
    for (String name : names) {
      file(name, "not ours");
    }
    writeRaw(host.root().resolve("full-1"), new byte[] {'x', (byte) 0xff, (byte) 0xfe});
    file("-delete-", "a key's name, of all things");
    List<String> before = host.names();
    try (Destination destination = open(restricted)) {
      destination.put(KEY, text("ours"));
      assertThat(destination.list(""))
          .extracting(info -> info.key().value())
          .containsExactly("-delete-", KEY.value());
      assertThat(destination.folders("")).containsExactly("full-1");
      destination.delete(KEY);
      assertThat(destination.sweep()).isZero();
      assertThat(host.names()).containsExactlyElementsOf(before);
      destination.delete(new ObjectKey("-delete-"));
      assertThat(destination.list("")).isEmpty();
    }
  }

  /** Java may not write such a name; a shell does. */
  private static void writeRaw(Path folder, byte[] name) throws IOException {
    StringBuilder octal = new StringBuilder();
    for (byte each : name) {
      octal.append("\\%03o".formatted(each & 0xff));
    }
    Process shell =
        new ProcessBuilder("sh", "-c", "touch \"$(printf '" + octal + "')\"")
            .directory(folder.toFile())
            .start();
    try {
      assertThat(shell.waitFor()).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void linksThereAreNotFollowed(boolean restricted) throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside/postgres"));
    Files.writeString(outside.resolve("base"), "outside");
    Files.createSymbolicLink(host.root().resolve("full-1"), directory.resolve("outside"));
    Files.createSymbolicLink(host.root().resolve("link"), outside.resolve("base"));
    ObjectKey link = new ObjectKey("link");
    try (Destination destination = open(restricted)) {
      assertThat(destination.list("")).isEmpty();
      assertThat(destination.list("full-1/")).isEmpty();
      assertThat(destination.folders("")).isEmpty();
      assertThat(destination.folders("full-1/")).isEmpty();
      for (ObjectKey key : List.of(KEY, link)) {
        assertThatThrownBy(() -> destination.open(key, ByteRange.ALL).close())
            .isInstanceOf(NoSuchFileException.class);
      }
      destination.delete(KEY);
      assertThatThrownBy(() -> destination.put(new ObjectKey("full-1/postgres/new"), text("x")))
          .hasMessageContaining("place of a folder: full-1");
      assertThatThrownBy(() -> destination.holds(KEY, text("outside")))
          .hasMessageContaining("place of a folder: full-1");
      assertThatThrownBy(() -> destination.put(link, text("outside")))
          .isInstanceOf(IOException.class);
      assertThat(destination.holds(link, text("outside"))).isFalse();
      assertThat(host.root().resolve("link")).isSymbolicLink();
      destination.delete(link);
      assertThat(host.names()).containsExactly("full-1");
    }
    assertThat(outside.toFile().list()).containsExactly("base");
    assertThat(outside.resolve("base")).hasContent("outside");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exactlyTheObjectGoesThatIsDeleted(boolean restricted) throws IOException {
    for (String name : List.of("a", "a.b", "b", "x/a", "x/a2", "x/aa", "y/a")) {
      file(name, name);
    }
    file("x/deep/a", "");
    List<String> before = host.names();
    try (Destination destination = open(restricted)) {
      destination.delete(new ObjectKey("x/a"));
      assertThat(host.names())
          .containsExactlyElementsOf(before.stream().filter(name -> !name.equals("x/a")).toList());
      destination.delete(new ObjectKey("x/deep"));
      assertThat(host.root().resolve("x/deep/a")).exists();
      destination.delete(new ObjectKey("y/a"));
      assertThat(host.root().resolve("y")).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oldLeftOversAreSweptAndYoungOnesStay(boolean restricted) throws IOException {
    List<String> old =
        List.of(
            ".base.Ab12Cd",
            "full-1/.~tmp~/base",
            "full-1/pg/..x.Ab12Cd",
            "full-1/pg/.~tmp~/.base.Ab12Cd",
            "full-2/pg/.base-1.tar.zst.gpg.Ab12Cd",
            ".probe-0f0f");
    List<String> young = List.of("full-1/.x.Ab12Cd", "full-1/pg/.~tmp~/young");
    List<String> others =
        List.of("full-1/.bashrc", "full-1/.a.b", "full-1/pg/base", "x y/.a.Ab12Cd");
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    for (String name : old) {
      Files.setLastModifiedTime(file(name, "left over"), longAgo);
    }
    for (String name : young) {
      file(name, "at work");
    }
    for (String name : others) {
      Files.setLastModifiedTime(file(name, "others'"), longAgo);
    }
    Path own = Files.createDirectory(host.staging().resolve(".backup-rsync-killed"));
    Files.writeString(own.resolve("staged"), "x");
    Files.setLastModifiedTime(own, longAgo);
    try (Destination destination = open(restricted);
        Lease lease = destination.lock("sweeper")) {
      assertThat(destination.sweep()).isEqualTo(old.size() - 1);
      assertThat(destination.sweep()).isZero();
      lease.confirm();
    }
    assertThat(host.names()).containsAll(young).containsAll(others);
    assertThat(host.names()).doesNotContain(".base.Ab12Cd", ".probe-0f0f", "full-2");
    assertThat(host.names()).doesNotContain("full-1/pg/.~tmp~/.base.Ab12Cd");
    assertThat(own).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCheckSaysWhatThereIsToKnow(boolean restricted) throws IOException {
    try (Destination destination = open(restricted)) {
      List<Finding> findings = destination.check();
      assertThat(findings).allMatch(each -> each.severity() == Finding.Severity.INFO);
      assertThat(findings).anyMatch(each -> each.message().contains("lease is advisory"));
      assertThat(findings.stream().anyMatch(each -> each.message().contains("any program")))
          .isNotEqualTo(restricted);
      assertThat(host.names()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void timesAreThoseThereInWholeSeconds(boolean restricted) throws IOException {
    Instant time = Instant.parse("2024-01-15T02:00:00Z");
    Files.setLastModifiedTime(file("a", "four"), FileTime.from(time));
    try (Destination destination = open(restricted)) {
      assertThat(destination.list("")).containsExactly(new ObjectInfo(new ObjectKey("a"), 4, time));
    }
  }
}
