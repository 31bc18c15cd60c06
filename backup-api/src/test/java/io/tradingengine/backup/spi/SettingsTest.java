package io.tradingengine.backup.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private enum Colour {
    DARK_RED,
    BLUE
  }

  private static final SettingsKey<String> HOST = SettingsKey.text("host").required();
  private static final SettingsKey<Integer> PORT =
      SettingsKey.integer("port", 1, 65535).orElse(5432);
  private static final SettingsKey<Secret> PASSWORD = SettingsKey.secret("password");
  private static final SettingsKey<List<Path>> PATHS = SettingsKey.paths("paths");
  private static final SettingsKey<Long> SIZE = SettingsKey.size("size");
  private static final SettingsKey<Duration> EVERY = SettingsKey.duration("every");
  private static final SettingsKey<Colour> COLOUR = SettingsKey.choice("colour", Colour.class);
  private static final SettingsKey<Boolean> FLAG = SettingsKey.flag("flag");
  private static final List<SettingsKey<?>> ALL =
      List.of(HOST, PORT, PASSWORD, PATHS, SIZE, EVERY, COLOUR, FLAG);

  @TempDir Path folder;

  @Test
  void takesWhatABuilderAndWhatAFileSay() {
    Settings built = Settings.of("x").with("port", 1).with("paths", List.of(Path.of("/a")));
    Settings read = Settings.of("x", Map.of("type", "x", "port", "1", "paths", "/a"));

    assertThat(built.get(PORT)).isEqualTo(read.get(PORT)).isEqualTo(1);
    assertThat(built.get(PATHS)).isEqualTo(read.get(PATHS)).containsExactly(Path.of("/a"));
  }

  @Test
  void aLiveObjectComesFromAProgramOnly() {
    SettingsKey<Runnable> callback = SettingsKey.object("callback", Runnable.class);
    Runnable live = () -> {};

    assertThat(Settings.of("x").with("callback", live).get(callback)).isSameAs(live);
    assertThat(
            Settings.of("x")
                .at("sources[0]")
                .with("callback", "save.sh")
                .validate(List.of(callback)))
        .containsExactly(
            "sources[0].callback: is 'save.sh', expected a Runnable handed in by the program");
  }

  @Test
  void reportsEveryProblemAtOnceWithItsKey() {
    Settings settings =
        Settings.of("x")
            .at("sources[0]")
            .with("port", "5432x")
            .with("hots", "localhost")
            .with("colour", "green")
            .with("flag", "yes");

    assertThat(settings.validate(ALL))
        .containsExactlyInAnyOrder(
            "sources[0].hots: unknown key; known are colour, every, flag, host, password, paths, port,"
                + " size",
            "sources[0].host: is missing, expected text",
            "sources[0].port: is '5432x', expected a whole number from 1 to 65535",
            "sources[0].colour: is 'green', expected one of dark-red, blue",
            "sources[0].flag: is 'yes', expected true or false");
  }

  @ParameterizedTest
  @CsvSource({"4096,4096", "1KiB,1024", "32MiB,33554432", "1 GiB,1073741824", "2TiB,2199023255552"})
  void readsSizes(String text, long bytes) {
    assertThat(Settings.of("x").with("size", text).get(SIZE)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1", "1.5GiB", "32MB", "999999999999999TiB"})
  void refusesOtherSizes(String text) {
    assertThatThrownBy(() -> Settings.of("x").with("size", text).get(SIZE))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("x.size: is '" + text + "', expected a size such as 32MiB");
  }

  @ParameterizedTest
  @CsvSource({"500ms,PT0.5S", "10s,PT10S", "5m,PT5M", "4h,PT4H", "7d,PT168H"})
  void readsDurations(String text, Duration duration) {
    assertThat(Settings.of("x").with("every", text).get(EVERY)).isEqualTo(duration);
  }

  @Test
  void resolvesReferencesLate() {
    Settings settings =
        Settings.of("x")
            .environment(name -> name.equals("HOST") ? "db1" : null)
            .with("host", "${HOST}.example$${x}")
            .with("port", "${PORT}");

    assertThat(settings.validate(ALL)).isEmpty();
    assertThat(settings.get(HOST)).isEqualTo("db1.example${x}");
    assertThatThrownBy(() -> settings.get(PORT)).hasMessageContaining("PORT is not set");
  }

  @Test
  void resolvesSecretsFromEnvironmentAndFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "from file\n");
    Settings settings = Settings.of("x").environment(name -> "from environment");

    assertThat(reveal(settings.with("password", "${PASSWORD}"))).isEqualTo("from environment");
    assertThat(reveal(settings.with("password", "${file:" + file + "}"))).isEqualTo("from file");
    assertThat(reveal(settings.with("password", "pa$$word"))).isEqualTo("pa$$word");
    assertThat(reveal(settings.with("password", Secret.of("${x}")))).isEqualTo("${x}");
  }

  @Test
  void refusesASecretThatIsHalfAReference() {
    assertThat(Settings.of("x").with("password", "a${B}").validate(List.of(PASSWORD)))
        .containsExactly("x.password: mixes text and references, expected one or the other");
  }

  @Test
  void refusesAReferenceOfAnotherForm() {
    assertThat(Settings.of("x").with("host", "${a b}").validate(List.of(HOST)))
        .containsExactly("x.host: refers to '${a b}', expected ${VARIABLE} or ${file:/path}");
  }

  @Test
  void resolvesRelativePathsAgainstTheFilesFolder() {
    Settings settings =
        Settings.of("x").relativeTo(Path.of("/etc/backup")).with("paths", List.of("key.asc", "/a"));

    assertThat(settings.get(PATHS)).containsExactly(Path.of("/etc/backup/key.asc"), Path.of("/a"));
  }

  @Test
  void neverShowsValues() {
    assertThat(Settings.of("x").with("password", "hunter2")).hasToString("x x[password]");
  }

  private static String reveal(Settings settings) {
    return settings.reveal(settings.get(PASSWORD));
  }
}
