package io.tradingengine.backup;

import io.tradingengine.backup.spi.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files and folders, with their modes, owners, times and links. Immutable. */
public final class FileTree implements SourceSpec {
  private final Settings common;
  private final List<Path> paths;
  private final List<String> excludes;

  private FileTree(Settings common, List<Path> paths, List<String> excludes) {
    this.common = common;
    this.paths = paths;
    this.excludes = excludes;
  }

  /** A tree of that name, such as {@code config}, under which it stands in backups. */
  public static FileTree named(String name) {
    return new FileTree(Settings.of("files").with("name", name), List.of(), List.of());
  }

  /** Takes in a file, or a folder with all below it. At least one is needed. */
  public FileTree path(Path path) {
    return new FileTree(common, append(paths, path), excludes);
  }

  /** Takes in a file, or a folder with all below it. */
  public FileTree path(String path) {
    return path(Path.of(path));
  }

  /**
   * Leaves out what matches a glob as {@link java.nio.file.FileSystem#getPathMatcher} knows it. It
   * is matched against the path below each root.
   */
  public FileTree exclude(String glob) {
    return new FileTree(common, paths, append(excludes, glob));
  }

  /** Lets a backup that cannot have these files go on without them, degraded. */
  public FileTree optional() {
    return new FileTree(common.with("optional", true), paths, excludes);
  }

  private static <T> List<T> append(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return List.copyOf(longer);
  }

  @Override
  public Settings settings() {
    Settings settings = paths.isEmpty() ? common : common.with("paths", paths);
    return excludes.isEmpty() ? settings : settings.with("exclude", excludes);
  }
}
