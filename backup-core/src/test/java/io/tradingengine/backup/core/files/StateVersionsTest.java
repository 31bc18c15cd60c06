package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.RestoreRefusedException;
import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateVersionsTest {
  @TempDir Path temp;
  private String positions = "EURUSD 100\n";
  private String restored = "";
  private MemorySink sink;
  private VersionTracker tracker;

  @BeforeEach
  void begin() {
    sink = new MemorySink(temp.resolve("spool"));
    tracker = source().tracker(sink);
  }

  private VersionedSource source() {
    return new StateSource(
        "positions",
        Optional.<State.Capture>of(out -> out.write(positions.getBytes(UTF_8))),
        Optional.<State.Restore>of(in -> restored = new String(in.readAllBytes(), UTF_8)),
        Clock.systemUTC());
  }

  private StreamPosition capture(String state) throws Exception {
    positions = state;
    return tracker.capture().orElseThrow();
  }

  private RestoreTask task(Goal goal, Optional<Path> into) {
    MemoryCapture capture = new MemoryCapture().replace("state", "bin", "captured".getBytes(UTF_8));
    return new RestoreTask(
        capture.captured(new SourceState(Instant.now(), Map.of())),
        Optional.of(new Replay(goal, OptionalLong.empty(), Replay.Afterwards.OPEN, sink)),
        into,
        Map.of(),
        false,
        bytes -> {});
  }

  private String restore(Goal goal) throws Exception {
    Trees.restore(source(), task(goal, Optional.empty()));
    return restored;
  }

  @Test
  void eachStateIsAVersionAndTheSameStateIsOne() throws Exception {
    StreamPosition one = capture("one");
    assertThat(capture("one")).isEqualTo(one);
    StreamPosition two = capture("two");
    StreamPosition again = capture("one");

    assertThat(two).isEqualTo(new StreamPosition(one.stream(), 1));
    assertThat(again.offset()).isEqualTo(2);
    assertThat(sink.names()).hasSize(3).allMatch(name -> name.endsWith(".state"));
    assertThat(new String(sink.pieces.get(sink.names().first()), UTF_8)).isEqualTo("one");
    assertThat(Trees.list(sink.folder())).containsExactly("version.last");
    assertThat(restore(new Goal.At(two))).isEqualTo("two");
    assertThat(restore(new Goal.At(one))).isEqualTo("one");
  }

  @Test
  void aVersionIsWrittenToAFileToo() throws Exception {
    StreamPosition one = capture("one".repeat(200_000));
    capture("two");
    Path into = temp.toRealPath().resolve("into");

    RestoreTask task = task(new Goal.At(one), Optional.of(into));
    assertThat(source().preview(task).bytes()).isEqualTo(600_000);
    Trees.restore(source(), task);

    assertThat(into.resolve("state.bin")).hasContent("one".repeat(200_000));
  }

  @Test
  void theEndIsTheCaptureUnlessAVersionIsNewer() throws Exception {
    capture("one");
    Thread.sleep(2);
    assertThat(restore(new Goal.End())).isEqualTo("captured");
    RestoreTask before = task(new Goal.End(), Optional.empty());
    Thread.sleep(2);
    capture("two");

    Trees.restore(source(), before);

    assertThat(restored).isEqualTo("two");
  }

  @Test
  void anotherProcessGoesOnWithTheSeries() throws Exception {
    StreamPosition one = capture("one");
    tracker = source().tracker(sink);
    assertThat(capture("one")).isEqualTo(one);
    tracker = source().tracker(sink);
    assertThat(capture("two")).isEqualTo(new StreamPosition(one.stream(), 1));
    Files.writeString(sink.folder().resolve("version.last"), "torn");
    tracker = source().tracker(sink);
    StreamPosition three = capture("two");

    assertThat(three.stream()).isGreaterThan(one.stream());
    assertThat(three.offset()).isZero();
  }

  @Test
  void withoutACallbackThereAreNoVersions() throws Exception {
    VersionedSource source =
        new StateSource("positions", Optional.empty(), Optional.empty(), Clock.systemUTC());
    try (VersionTracker none = source.tracker(sink)) {
      assertThat(none.capture()).isEmpty();
    }
  }

  @Test
  void aCallbackThatFailsStoresNothing() throws Exception {
    StreamPosition one = capture("one");
    VersionedSource broken =
        new StateSource(
            "positions",
            Optional.<State.Capture>of(
                out -> {
                  out.write(1);
                  throw new IllegalStateException("not now");
                }),
            Optional.empty(),
            Clock.systemUTC());
    try (VersionTracker failing = broken.tracker(sink)) {
      assertThatThrownBy(failing::capture)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not now");
    }
    assertThat(sink.names()).hasSize(1);
    assertThat(Trees.list(sink.folder())).containsExactly("version.last");
    assertThat(capture("one")).isEqualTo(one);
  }

  @Test
  void aMissingVersionIsRefused() throws Exception {
    StreamPosition one = capture("one");
    Goal missing = new Goal.At(new StreamPosition(one.stream(), 5));

    assertThatThrownBy(() -> restore(missing))
        .isInstanceOf(RestoreRefusedException.class)
        .hasMessageContaining("version 5 of the series")
        .hasMessageContaining("there are the versions 0");
    assertThat(restored).isEmpty();
    assertThat(source().preview(task(missing, Optional.empty())).findings()).hasSize(1);
  }
}
