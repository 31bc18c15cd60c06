package io.tradingengine.backup.core.files;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a member may stand where it stands. Not safe for concurrent use.
 *
 * <p>An archive goes through its roots in the order of the manifest, each folder before what is in
 * it, names in the order of their bytes. Holding it to that takes no more memory than the folders
 * above the current member, and leaves no way to name a thing twice or to reach through a link:
 * what is above a member has to be a folder that the archive itself has made.
 */
final class MemberGuard {
  private static final int MAX_CHAR = 0xff;

  private final List<String> roots;
  private final Deque<Folder> open = new ArrayDeque<>();
  private int current = -1;

  /** A folder that the archive is going through. */
  private static final class Folder {
    private final String name;
    private String lastChild = "";

    Folder(String name) {
      this.name = name;
    }
  }

  /**
   * @param roots raw names, in the order in which they stand in the archive
   */
  MemberGuard(List<String> roots) {
    this.roots = List.copyOf(roots);
  }

  /** Which root the last member that was let in belongs to. */
  int root() {
    return current;
  }

  /** How many folders are open: those that stand above the next member, at most. */
  int depth() {
    return open.size();
  }

  /** Whether the archive has gone through all roots. */
  boolean isComplete() {
    return current == roots.size() - 1;
  }

  /** Lets a member in, or says why not. */
  Optional<String> admit(Member member) {
    Optional<String> reason = checkName(member.name()).or(() -> checkLink(member));
    if (reason.isPresent()) {
      return reason;
    }
    reason = roots.contains(member.name()) ? beginRoot(member) : place(member);
    if (reason.isEmpty() && member.type() == Member.Type.DIRECTORY) {
      open.push(new Folder(member.name()));
    }
    return reason;
  }

  /** Whether a raw name is a plain relative path, that stays below where it starts. */
  static boolean isPlain(String name) {
    return name.chars().allMatch(c -> c > 0 && c <= MAX_CHAR)
        && Arrays.stream(name.split("/", -1))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  private Optional<String> checkName(String name) {
    if (name.startsWith("/")) {
      return Optional.of("has an absolute name");
    }
    if (name.indexOf('\0') >= 0) {
      return Optional.of("has a name with a zero byte");
    }
    if (!isPlain(name)) {
      return Optional.of("has a name that is no plain path ('.', '..' or an empty part)");
    }
    if (roots.stream().noneMatch(root -> isAtOrBelow(name, root))) {
      return Optional.of("lies outside the captured paths");
    }
    return Optional.empty();
  }

  private Optional<String> checkLink(Member member) {
    return switch (member.type()) {
      case FILE, DIRECTORY -> Optional.empty();
      case SYMLINK ->
          member.link().isEmpty() || !member.link().chars().allMatch(c -> c > 0 && c <= MAX_CHAR)
              ? Optional.of("is a symbolic link to nothing, or to what is no path")
              : Optional.empty();
      case HARD_LINK ->
          isPlain(member.link()) && current >= 0 && isBelow(member.link(), roots.get(current))
              ? Optional.empty()
              : Optional.of("is a hard link out of its captured path");
    };
  }

  private Optional<String> beginRoot(Member member) {
    int index = roots.indexOf(member.name());
    if (index <= current) {
      return Optional.of("stands twice");
    }
    if (index != current + 1) {
      return Optional.of("comes before " + RawNames.show(roots.get(current + 1)));
    }
    if (member.type() != Member.Type.FILE && member.type() != Member.Type.DIRECTORY) {
      return Optional.of("is a link in place of a captured path");
    }
    open.clear();
    current = index;
    return Optional.empty();
  }

  private Optional<String> place(Member member) {
    String parent = member.name().substring(0, member.name().lastIndexOf('/'));
    while (!open.isEmpty() && !isAtOrBelow(parent, open.element().name)) {
      open.pop();
    }
    Folder folder = open.peek();
    if (folder == null || !folder.name.equals(parent)) {
      return Optional.of(
          "goes through '"
              + RawNames.show(parent)
              + "', which is no folder that stands before it in the archive");
    }
    int order = member.lastName().compareTo(folder.lastChild);
    if (order <= 0) {
      return Optional.of(order == 0 ? "stands twice" : "is out of order, or stands twice");
    }
    folder.lastChild = member.lastName();
    return Optional.empty();
  }

  private static boolean isAtOrBelow(String name, String folder) {
    return name.equals(folder) || isBelow(name, folder);
  }

  private static boolean isBelow(String name, String folder) {
    return name.startsWith(folder + "/");
  }
}
