package io.tradingengine.backup.core.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A destination with all decorators that a configuration can ask for. */
class DestinationsTest extends DestinationContract {
  @TempDir Path directory;

  @Override
  protected Destination open() throws IOException {
    return Destinations.decorated(
        local(),
        options(
            Settings.of("local")
                .with("name", "near")
                .with("bandwidth", "1GiB")
                .with("attempts", 2)));
  }

  private Destination local() throws IOException {
    return new LocalDestination(directory.toRealPath().resolve("repository"), Placement.LINK);
  }

  private static DestinationOptions options(Settings settings) {
    return DestinationOptions.of(settings);
  }

  @Test
  void itIsCalledAsConfiguredAndElseByItself() throws IOException {
    assertThat(destination().name()).isEqualTo("near");
    assertThat(destination()).hasToString("near");
    Destination unnamed = Destinations.decorated(local(), options(Settings.of("local")));
    assertThat(unnamed.name()).isEqualTo(local().name());
  }

  @Test
  void everyQuestionReachesTheStore() throws IOException {
    FlakyDestination store = new FlakyDestination(local());
    Destination decorated =
        Destinations.decorated(
            store, options(Settings.of("local").with("name", "x").with("bandwidth", "1MiB")));
    assertThat(decorated.proximity()).isEqualTo(Proximity.REMOTE);
    assertThat(decorated.check()).hasSize(1);
    decorated.holds(new ObjectKey("x"), text("x"));
    decorated.folders("");
    assertThat(decorated.usableSpace()).isPositive();
    assertThat(store.calls()).containsExactly("check", "holds", "folders", "usableSpace");
  }

  @Test
  void itIsTriedAsOftenAsConfigured() throws IOException {
    FlakyDestination store = new FlakyDestination(local());
    store.failing(new IOException("1"), new IOException("2"), new IOException("3"));
    Destination decorated =
        Destinations.decorated(store, options(Settings.of("local").with("attempts", 2)));
    assertThatThrownBy(() -> decorated.list("")).hasMessage("2 (tried 2 times)");
    Destination once =
        Destinations.decorated(store, options(Settings.of("local").with("attempts", 1)));
    assertThatThrownBy(() -> once.list("")).hasMessage("3");
  }

  @Test
  void itIsAsSlowAsConfiguredAndTriesAgain() throws IOException {
    FlakyDestination store = new FlakyDestination(local());
    store.failing(new IOException("1"));
    Destination decorated =
        Destinations.decorated(store, options(Settings.of("local").with("bandwidth", "100KiB")));
    long begin = System.nanoTime();
    decorated.put(new ObjectKey("x"), text("x".repeat(20 << 10)));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(140));
    assertThat(store.calls()).containsExactly("put", "put");
  }
}
