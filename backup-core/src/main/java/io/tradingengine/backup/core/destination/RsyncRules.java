package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.ObjectKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Rsync's rules of what a run sees of the target folder: it walks from there and, unlike with a
 * path as its argument, follows no link on its way. Rules travel inside rsync's protocol, not on a
 * command line there.
 */
final class RsyncRules {
  /**
   * Where rsync's {@code --delay-updates} keeps an interrupted transfer into a folder, inside that
   * folder. A folder of another name ({@code --partial-dir}) cannot be had under every rrsync: that
   * of rsync 3.5 hands rsync a place where nothing stays.
   */
  static final String PARTIAL = ".~tmp~";

  /** No part of a key starts with a dot or has other characters. */
  private static final List<String> NO_KEYS =
      List.of("--exclude=.*", "--exclude=/lost+found", "--exclude=*[^A-Za-z0-9._+-]*");

  private RsyncRules() {}

  /** The folders above a key, the outermost first. */
  static List<String> foldersAbove(String key) {
    List<String> folders = new ArrayList<>();
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      folders.add(key.substring(0, slash));
    }
    return folders;
  }

  /** One object and nothing else. */
  static List<String> only(ObjectKey key) {
    return named(foldersAbove(key.value()), List.of(key.value()));
  }

  /** One object and what was kept of an interrupted transfer of it. */
  static List<String> withPartial(ObjectKey key) {
    List<String> folders = new ArrayList<>(foldersAbove(key.value()));
    String partial = partialFolder(key);
    folders.add(partial);
    String name = key.value().substring(key.value().lastIndexOf('/') + 1);
    return named(folders, List.of(partial + "/" + name, key.value()));
  }

  /** The folder, below the target, where an interrupted transfer of an object is kept. */
  static String partialFolder(ObjectKey key) {
    return key.value().substring(0, key.value().lastIndexOf('/') + 1) + PARTIAL;
  }

  /** These folders, as far as they are folders, these files or folders, and nothing else. */
  static List<String> named(List<String> folders, List<String> names) {
    List<String> rules = new ArrayList<>();
    folders.forEach(folder -> rules.add("--include=/" + folder + "/"));
    names.forEach(name -> rules.add("--include=/" + name));
    rules.add("--exclude=*");
    return rules;
  }

  /** The folders above a key, whatever is there in their place, and nothing below. */
  static List<String> above(ObjectKey key) {
    return named(List.of(), foldersAbove(key.value()));
  }

  /**
   * Objects whose keys start with {@code prefix}, which has no characters that keys do not have.
   */
  static List<String> prefixed(String prefix) {
    List<String> rules = new ArrayList<>(NO_KEYS);
    if (!prefix.isEmpty()) {
      foldersAbove(prefix).forEach(folder -> rules.add("--include=/" + folder + "/"));
      rules.add("--include=/" + prefix + "**");
      rules.add("--exclude=*");
    }
    return rules;
  }

  /** The folders right below one. */
  static List<String> foldersIn(String folder) {
    List<String> rules = new ArrayList<>(NO_KEYS);
    foldersAbove(folder).forEach(above -> rules.add("--include=/" + above + "/"));
    rules.add("--include=/" + folder + "*/");
    rules.add("--exclude=*");
    return rules;
  }

  /** What interrupted transfers leave: see {@link RsyncLeftOvers}. */
  static List<String> leftOvers() {
    return List.of(
        "--include=/" + RsyncLease.PREFIX + "*",
        "--include=/" + RsyncDestination.PROBE + "*",
        "--include=" + PARTIAL + "/",
        "--include=" + PARTIAL + "/*",
        "--include=.*." + "[A-Za-z0-9]".repeat(6),
        "--exclude=.*",
        "--exclude=/lost+found",
        "--exclude=*[^A-Za-z0-9._+-]*",
        "--include=*/",
        "--exclude=*");
  }
}
