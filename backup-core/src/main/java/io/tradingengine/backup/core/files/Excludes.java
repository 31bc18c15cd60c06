package io.tradingengine.backup.core.files;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * Which paths below a root are left out. Immutable.
 *
 * <p>A pattern is a glob as {@link java.nio.file.FileSystem#getPathMatcher} knows it, matched
 * against the path below the root. Other than there, {@code **}{@code /} also stands for no folder
 * at all, so that {@code **}{@code /*.tmp} leaves out {@code a.tmp} too. A folder that matches is
 * left out with all below it.
 */
final class Excludes {
  private static final String ANY_FOLDERS = "**/";

  private final List<String> patterns;
  private final List<PathMatcher> matchers;

  private Excludes(List<String> patterns, List<PathMatcher> matchers) {
    this.patterns = List.copyOf(patterns);
    this.matchers = List.copyOf(matchers);
  }

  /**
   * Reads patterns.
   *
   * @throws IllegalArgumentException if one is not a glob, or could never match
   */
  static Excludes parse(List<String> patterns) {
    List<PathMatcher> matchers = new ArrayList<>();
    for (String pattern : patterns) {
      if (pattern.isEmpty() || pattern.startsWith("/") || pattern.endsWith("/")) {
        throw new IllegalArgumentException(
            "'"
                + pattern
                + "' never matches, expected a glob for the path below a root, without a slash at"
                + " either end, such as cache or **/*.tmp");
      }
      for (String variant : variants(pattern)) {
        matchers.add(matcher(pattern, variant));
      }
    }
    return new Excludes(patterns, matchers);
  }

  /** The patterns as they were given. */
  List<String> patterns() {
    return patterns;
  }

  private static PathMatcher matcher(String pattern, String variant) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + variant);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + pattern + "' is not a glob: " + e.getDescription(), e);
    }
  }

  /** The pattern as it stands, with its first {@code **}{@code /} left out, and with all. */
  private static List<String> variants(String pattern) {
    String tail = pattern;
    List<String> variants = new ArrayList<>(List.of(pattern));
    while (tail.startsWith(ANY_FOLDERS)) {
      tail = tail.substring(ANY_FOLDERS.length());
      variants.add(tail);
    }
    for (String variant : List.copyOf(variants)) {
      String shorter = variant.replace("/" + ANY_FOLDERS, "/");
      if (!variants.contains(shorter)) {
        variants.add(shorter);
      }
    }
    return variants;
  }

  /** Whether a path below a root is left out. */
  boolean match(Path below) {
    return matchers.stream().anyMatch(matcher -> matcher.matches(below));
  }
}
