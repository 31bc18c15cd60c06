package io.tradingengine.backup.core.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs programs that refuse to run as root (the PostgreSQL server, initdb, pg_ctl), whoever runs
 * the tests. As root they run in a user namespace of their own, where they own root's files without
 * being root; where namespaces are forbidden, as the user {@code nobody}.
 */
public final class NonRoot {
  private enum Way {
    NOT_NEEDED,
    NAMESPACE,
    NOBODY
  }

  private static final Way WAY = way();

  private NonRoot() {}

  static List<String> command(List<String> command) {
    List<String> all = new ArrayList<>();
    switch (WAY) {
      case NOT_NEEDED -> {}
      case NAMESPACE -> all.addAll(List.of("unshare", "-U"));
      case NOBODY ->
          all.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    }
    all.addAll(command);
    return all;
  }

  /** Makes {@code tree} belong to whoever {@link #command} runs as. */
  public static void own(Path tree) {
    if (WAY != Way.NOBODY) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree, FileVisitOption.FOLLOW_LINKS)) {
      var nobody =
          tree.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
      for (Path path : (Iterable<Path>) paths.filter(Files::exists)::iterator) {
        Files.setOwner(path, nobody);
      }
      // Temporary folders are their owner's alone: let others pass through.
      Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
      for (Path folder = tree.getParent();
          folder != null && folder.startsWith(temporary) && !folder.equals(temporary);
          folder = folder.getParent()) {
        var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(folder));
        permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        Files.setPosixFilePermissions(folder, permissions);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot give " + tree + " to nobody", e);
    }
  }

  /** Gives a tree below the temporary folder to somebody who is not root, if we are. */
  public static void giveAway(Path tree) {
    if (WAY != Way.NOT_NEEDED) {
      Oracles.run("chown", "-R", "nobody:nogroup", tree.toString()).orFail();
      Oracles.run("chmod", "755", tree.toString()).orFail();
    }
  }

  private static Way way() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Way.NOT_NEEDED;
    }
    return works("unshare", "-U", "true") ? Way.NAMESPACE : Way.NOBODY;
  }

  private static boolean works(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
