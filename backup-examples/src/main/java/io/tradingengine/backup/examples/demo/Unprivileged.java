package io.tradingengine.backup.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** PostgreSQL refuses to run as root: how it is run all the same. */
enum Unprivileged {
  /** This is not root. */
  AS_IS,
  /** In a user namespace in which root is nobody; the files stay root's. */
  NAMESPACE,
  /** As the user nobody, who must own the server's files. */
  NOBODY;

  private static final String USER = "nobody";

  /** What works for whoever owns {@code folder}, which this process has made. */
  static Unprivileged forOwnerOf(Path folder) throws IOException, InterruptedException {
    if (!Files.getAttribute(folder, "unix:uid").equals(0)) {
      return AS_IS;
    }
    return succeeds("unshare", "-U", "true") ? NAMESPACE : NOBODY;
  }

  /** The command that runs {@code command} so. */
  List<String> command(List<String> command) {
    List<String> all =
        new ArrayList<>(
            switch (this) {
              case AS_IS -> List.of();
              case NAMESPACE -> List.of("unshare", "-U");
              case NOBODY -> List.of("runuser", "-u", USER, "--");
            });
    all.addAll(command);
    return all;
  }

  /** Gives {@code root} and all below it to whom the server runs as. */
  void own(Path root) throws IOException {
    if (this != NOBODY) {
      return;
    }
    UserPrincipal nobody =
        root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        Files.setAttribute(path, "posix:owner", nobody, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }
}
