package io.tradingengine.backup.core.files;

import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What a JVM with other rights, another umask, another locale or a short life does to trees. */
final class FilesProcess {
  private FilesProcess() {}

  /** Starts a JVM that does {@code arguments}, with words such as {@code unshare} in front. */
  static Process start(List<String> prefix, String... arguments) throws IOException {
    List<String> path = new ArrayList<>(List.of(Path.of("target", "test-classes").toString()));
    Stream.of("jdk.module.path", "java.class.path")
        .map(System::getProperty)
        .filter(each -> each != null && !each.isEmpty())
        .forEach(path::add);
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xmx128m"));
    command.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    command.add(FilesProcess.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Captures the first path and restores it into the second, or hangs in the midst of that. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("look")) {
      lookTwice(Path.of(arguments[1]));
      return;
    }
    if (arguments[0].equals("versions")) {
      keepVersions(Path.of(arguments[1]), Path.of(arguments[2]));
      return;
    }
    Taken taken = Trees.capture(Path.of(arguments[1]));
    taken.memory().findings().forEach(finding -> say("captured: " + finding));
    Optional<Path> into = Optional.of(Path.of(arguments[2]));
    RestoreTask task =
        new RestoreTask(
            taken.captured(),
            into,
            Map.of(),
            false,
            bytes -> {
              if (arguments[0].equals("hang")) {
                hang();
              }
            });
    Trees.restore(task).findings().forEach(finding -> say("restored: " + finding));
    say("done");
  }

  /** Looks twice at what may change its mind about what it may read. */
  private static void lookTwice(Path root) throws Exception {
    FilesSource source =
        new FilesSource("config", List.of(root), Excludes.parse(List.of()), Clock.systemUTC());
    MemorySink sink = new MemorySink(root.resolveSibling("kept"));
    try (VersionTracker tracker = source.tracker(sink)) {
      say("version " + tracker.capture().orElseThrow().offset());
      say("version " + tracker.capture().orElseThrow().offset());
    }
    try (VersionTracker tracker = source.tracker(sink)) {
      say("version " + tracker.capture().orElseThrow().offset());
    }
    sink.findings.values().forEach(finding -> say("found: " + finding));
  }

  /** Keeps two versions, the second with one more file, and restores that. */
  private static void keepVersions(Path root, Path into) throws Exception {
    FilesSource source =
        new FilesSource("config", List.of(root), Excludes.parse(List.of()), Clock.systemUTC());
    FolderSink sink = new FolderSink(into.resolveSibling("kept"));
    StreamPosition last;
    try (VersionTracker tracker = source.tracker(sink)) {
      tracker.capture();
      Trees.file(root.resolve("later"), "later");
      last = tracker.capture().orElseThrow();
    }
    Replay replay =
        new Replay(new Goal.At(last), OptionalLong.empty(), Replay.Afterwards.OPEN, sink);
    SourceState state = new SourceState(Instant.EPOCH, Map.of());
    Trees.restore(
        source,
        new RestoreTask(
            new MemoryCapture().captured(state),
            Optional.of(replay),
            Optional.of(into),
            Map.of(),
            false,
            bytes -> {}));
    say("version " + last.offset());
  }

  private static void hang() {
    say("hangs");
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void say(String line) {
    System.out.println(line.replaceAll("\\s+", " "));
  }
}
