package io.tradingengine.backup.core.files;

import io.tradingengine.backup.InvalidConfigException;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceProvider;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Files and folders as a source: everything below some paths, as one tar.
 *
 * <p>Modes, owners, modification times, symbolic links, hard links and empty folders are kept;
 * extended attributes and access control lists are not. Sockets and named pipes are left out.
 */
public final class FilesSourceProvider implements SourceProvider {
  private static final SettingsKey<List<Path>> PATHS =
      SettingsKey.paths("paths")
          .required()
          .doc("Files, and folders with all below them; none inside another");
  private static final SettingsKey<List<String>> EXCLUDE =
      SettingsKey.texts("exclude")
          .orElse(List.of())
          .doc("Globs of what to leave out, matched against the path below each of the paths");

  @Override
  public String type() {
    return "files";
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of(PATHS, EXCLUDE);
  }

  @Override
  public Source open(String name, Settings settings) {
    List<String> problems = new ArrayList<>();
    List<Path> roots = roots(settings, problems);
    Excludes excludes = Excludes.parse(List.of());
    try {
      excludes = Excludes.parse(settings.get(EXCLUDE));
    } catch (IllegalArgumentException e) {
      problems.add(settings.place() + "." + EXCLUDE.name() + ": " + e.getMessage());
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigException(problems);
    }
    return new FilesSource(name, roots, excludes, Clock.systemUTC());
  }

  private static List<Path> roots(Settings settings, List<String> problems) {
    String key = settings.place() + "." + PATHS.name() + ": ";
    List<Path> roots =
        settings.get(PATHS).stream()
            .map(path -> path.toAbsolutePath().normalize())
            .distinct()
            .sorted(Comparator.comparing(RawNames::of))
            .toList();
    if (roots.isEmpty()) {
      problems.add(key + "is empty, expected at least one path");
    }
    for (Path root : roots) {
      if (root.getNameCount() == 0) {
        problems.add(key + "is '/', expected the folders below it that matter");
      } else if (!RawNames.isText(RawNames.of(root))) {
        problems.add(key + "'" + RawNames.show(RawNames.of(root)) + "' is not UTF-8");
      }
      for (Path other : roots) {
        if (!root.equals(other) && root.startsWith(other)) {
          problems.add(key + "'" + root + "' lies within '" + other + "', name one of them only");
        }
      }
    }
    return roots;
  }
}
