package io.tradingengine.backup.core.files;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.core.files.RootTarget.Occupant;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each root of a capture goes, and what stands in the way. Decided without changing anything.
 *
 * @param roots one for each root of the capture, in the order in which they stand in the archive
 * @param findings obstacles (errors) and what is worth knowing
 */
record RestorePlan(List<RootTarget> roots, List<Finding> findings) {

  RestorePlan {
    roots = List.copyOf(roots);
    findings = List.copyOf(findings);
  }

  /** The plan for what a capture holds. */
  static RestorePlan of(String source, RestoreTask task) throws IOException {
    return of(source, task, roots(source, task.captured().state()));
  }

  /** The roots that a capture says it has, in the order in which they stand in its archive. */
  static List<VersionHead.Root> roots(String source, SourceState state) {
    List<VersionHead.Root> roots = new ArrayList<>();
    for (int number = 1; ; number++) {
      String key = Archive.ROOT + number;
      Optional<String> root = state.find(key);
      if (root.isEmpty()) {
        break;
      }
      roots.add(
          new VersionHead.Root(memberOf(root.get()), number(state, key + Archive.ROOT_BYTES)));
    }
    if (roots.isEmpty()) {
      throw new BackupException("the manifest names no captured path of the source " + source);
    }
    return List.copyOf(roots);
  }

  /**
   * The plan for some roots.
   *
   * @param captured in the order in which they stand in the archive
   */
  static RestorePlan of(String source, RestoreTask task, List<VersionHead.Root> captured)
      throws IOException {
    List<RootTarget> roots = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (VersionHead.Root root : captured) {
      Path target = targetOf(root.member(), task);
      checkWay(source, target, task.into(), findings);
      roots.add(
          new RootTarget(
              root.member(),
              target,
              root.bytes(),
              Occupant.of(target),
              Places.isMountPoint(target)));
    }
    checkOccupants(source, roots, task.force(), findings);
    checkSpace(source, roots, findings);
    return new RestorePlan(roots, findings);
  }

  /**
   * The plan for a single file.
   *
   * @param bytes what it takes up
   */
  static RestorePlan ofFile(String source, RestoreTask task, Path target, long bytes)
      throws IOException {
    List<Finding> findings = new ArrayList<>();
    RootTarget root =
        new RootTarget(RawNames.of(target), target, bytes, Occupant.of(target), false);
    checkWay(source, target, Optional.empty(), findings);
    checkOccupants(source, List.of(root), task.force(), findings);
    checkSpace(source, List.of(root), findings);
    return new RestorePlan(List.of(root), findings);
  }

  /** What stands in the way. */
  List<Finding> obstacles() {
    return findings.stream().filter(finding -> finding.severity() == Severity.ERROR).toList();
  }

  RestorePreview preview() {
    return new RestorePreview(
        roots.stream().map(RootTarget::target).toList(),
        roots.stream().mapToLong(RootTarget::bytes).sum(),
        findings);
  }

  /** The members of a root; the manifest may have been written by somebody else. */
  private static String memberOf(String root) {
    String raw = RawNames.fromText(root);
    if (!raw.startsWith("/") || !MemberGuard.isPlain(raw.substring(1))) {
      throw new BackupException(
          "the manifest names '" + RawNames.show(raw) + "' as a captured path, which is none");
    }
    return raw.substring(1);
  }

  private static long number(SourceState state, String name) {
    String text = state.require(name);
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new BackupException("the manifest's attribute '" + name + "' is '" + text + "'", e);
    }
  }

  private static Path targetOf(String member, RestoreTask task) {
    Path original = RawNames.toPath("/" + member);
    Path relocated = task.relocations().get(original);
    if (relocated != null) {
      return relocated.toAbsolutePath().normalize();
    }
    return task.into()
        .map(into -> into.toAbsolutePath().normalize().resolve(RawNames.toPath(member)))
        .orElse(original);
  }

  /** Looks at the folders above a target. Below {@code into} no link may lead elsewhere. */
  private static void checkWay(
      String source, Path target, Optional<Path> into, List<Finding> findings) {
    into.map(folder -> folder.toAbsolutePath().normalize())
        .filter(folder -> target.startsWith(folder) && !target.equals(folder))
        .ifPresent(
            folder -> {
              Path way = folder;
              for (Path name : folder.relativize(Places.parent(target))) {
                way = way.resolve(name);
                if (Files.isSymbolicLink(way)) {
                  findings.add(
                      Finding.error(
                          source,
                          way + " is a symbolic link, and would lead out of " + folder,
                          "remove it, or restore into another folder"));
                }
              }
            });
    Path existing = Places.nearestExisting(Places.parent(target));
    if (!Files.isDirectory(existing)) {
      findings.add(
          Finding.error(
              source, existing + " is not a folder", "remove it, or restore into another folder"));
    } else if (!Files.isWritable(existing)) {
      findings.add(
          Finding.error(
              source,
              existing + " may not be written to",
              "restore as a user who may, or into another folder"));
    }
  }

  private static void checkOccupants(
      String source, List<RootTarget> roots, boolean force, List<Finding> findings) {
    for (RootTarget root : roots) {
      if (root.occupant() != Occupant.CONTENT) {
        continue;
      }
      if (force) {
        findings.add(
            Finding.info(source, root.target() + " exists, and is going to be moved aside"));
      } else {
        findings.add(
            Finding.error(
                source,
                root.target() + " exists",
                "restore with force, which moves it aside to "
                    + root.target()
                    + ".before-restore-<time>, or restore into another folder"));
      }
    }
  }

  private static void checkSpace(String source, List<RootTarget> roots, List<Finding> findings)
      throws IOException {
    Map<FileStore, Long> needed = new LinkedHashMap<>();
    Map<FileStore, Path> places = new LinkedHashMap<>();
    for (RootTarget root : roots) {
      Path place = Places.nearestExisting(Places.parent(root.stagingFolder()));
      FileStore store = Files.getFileStore(place);
      needed.merge(store, root.bytes(), Long::sum);
      places.putIfAbsent(store, place);
    }
    for (Map.Entry<FileStore, Long> entry : needed.entrySet()) {
      long usable = entry.getKey().getUsableSpace();
      if (usable < entry.getValue()) {
        findings.add(
            Finding.error(
                source,
                "the file system of %s has %d bytes left, and the restore needs %d"
                    .formatted(places.get(entry.getKey()), usable, entry.getValue()),
                "make room there, or restore into a folder elsewhere"));
      }
    }
  }
}
