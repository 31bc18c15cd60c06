package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One start of one machine, and what is seen of its processes. Two containers of a machine do not
 * see each other's.
 *
 * @param name for messages; need not be unique
 * @param boot another one after each start; empty where nobody says
 * @param processes which processes are seen; empty where nobody says
 */
record Host(String name, String boot, String processes) {
  private static final Path PROC = Path.of("/proc");
  // Of what follows the command's name in /proc/<pid>/stat.
  private static final int STATE = 0;
  private static final int STARTED = 19;

  /** This one. */
  static Host current() {
    return new Host(
        line("sys/kernel/hostname").orElse("this host"), // no name service, it may be slow or wrong
        line("sys/kernel/random/boot_id").orElse(""),
        link("self/ns/pid").orElse(""));
  }

  private static Optional<String> line(String file) {
    try {
      return Optional.of(Files.readString(PROC.resolve(file)).trim());
    } catch (IOException e) {
      return Optional.empty(); // not Linux, or hidden from us
    }
  }

  private static Optional<String> link(String file) {
    try {
      return Optional.of(Files.readSymbolicLink(PROC.resolve(file)).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether a process of {@code other} can be looked for from here. */
  boolean sees(Host other) {
    return !boot.isEmpty()
        && boot.equals(other.boot)
        && !processes.isEmpty()
        && processes.equals(other.processes);
  }

  /**
   * A process, which its number alone does not tell: numbers are used again.
   *
   * @param started when it was started, in the kernel's own unit; empty where nobody says
   */
  record ProcessId(long number, String started) {

    /** This one. */
    static ProcessId current() {
      long number = ProcessHandle.current().pid();
      return new ProcessId(number, started(number).orElse(""));
    }

    /** Whether it is known to have ended. */
    boolean hasEnded() {
      if (started.isEmpty()) {
        return false;
      }
      return !started(number).equals(Optional.of(started));
    }

    /** When the process of that number was started; empty if there is none that still runs. */
    private static Optional<String> started(long number) {
      Path file = PROC.resolve(Long.toString(number)).resolve("stat");
      try {
        String stat = Files.readString(file);
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        boolean ended = List.of("Z", "X", "x").contains(fields.get(STATE));
        return ended ? Optional.empty() : Optional.of(fields.get(STARTED));
      } catch (IOException e) {
        return Optional.empty(); // there is none, or it ended while it was looked at
      }
    }
  }
}
