package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Short ways to make, capture and restore trees. */
final class Trees {
  private Trees() {}

  /** A capture with its state. */
  record Taken(MemoryCapture memory, SourceState state) {
    Captured captured() {
      return memory.captured(state);
    }

    byte[] tar() {
      return memory.bytes("files");
    }
  }

  static Source source(Path... roots) {
    return source(Settings.of("files").with("paths", List.of(roots)));
  }

  static Source source(Settings settings) {
    return new FilesSourceProvider().open("config", settings);
  }

  static Taken capture(Path... roots) {
    return capture(source(roots));
  }

  static Taken capture(Source source) {
    MemoryCapture memory = new MemoryCapture();
    return new Taken(memory, captureInto(source, memory));
  }

  static SourceState captureInto(Source source, ArtifactSink sink) {
    try (source) {
      return source.capture(sink);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static RestoreTask into(Captured captured, Path folder) {
    return new RestoreTask(captured, Optional.of(folder), Map.of(), false, bytes -> {});
  }

  static RestoreTask inPlace(Captured captured) {
    return new RestoreTask(captured, Optional.empty(), Map.of(), false, bytes -> {});
  }

  static RestoreTask force(RestoreTask task) {
    return new RestoreTask(task.captured(), task.into(), task.relocations(), true, task.progress());
  }

  static Restored restore(RestoreTask task) throws IOException, InterruptedException {
    try (Source source = source(Path.of("/nowhere"))) {
      return restore(source, task);
    }
  }

  static Restored publish(TreeRestore restore, RestoreTask task)
      throws IOException, InterruptedException {
    try (restore) {
      restore.stage(new ArchiveFilling("config", task));
      restore.publish();
      return restore.finish();
    }
  }

  static Restored restore(Source source, RestoreTask task)
      throws IOException, InterruptedException {
    try (StagedRestore staged = source.stage(task)) {
      staged.publish();
      return staged.finish();
    }
  }

  /** Where a root is below another folder. */
  static Path below(Path folder, Path root) {
    return folder.resolve(Path.of("/").relativize(root));
  }

  /** The names in a folder, sorted. */
  static List<String> list(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  static Path file(Path path, String content) throws IOException {
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  static void mode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  static void owner(Path path, int uid, int gid) throws IOException {
    Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  static void time(Path path, String instant) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(FileTime.from(Instant.parse(instant)), null, null);
  }

  static boolean isRoot(Path anyOwn) throws IOException {
    return Files.getAttribute(anyOwn, "unix:uid").equals(0);
  }
}
