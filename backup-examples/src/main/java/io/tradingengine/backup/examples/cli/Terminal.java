package io.tradingengine.backup.examples.cli;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Optional;

/** Somebody at a keyboard, or nobody. */
interface Terminal {

  /** Whether what is written is seen by a person and may be drawn over. */
  boolean interactive();

  /** Whether lines such as those of a tree come out as lines. */
  boolean drawsLines();

  /** Asks for something that is not shown while it is typed; empty if nobody answers. */
  Optional<String> askSecret(String prompt);

  /** The terminal of this process. */
  @SuppressWarnings("SystemConsoleNull") // isTerminal knows those that are not null and no terminal
  static Terminal ofProcess() {
    Console console = System.console();
    if (console == null || !isTerminal(console)) {
      return nobody();
    }
    // What is printed goes through the default encoding, whatever the terminal expects.
    boolean lines =
        console.charset().equals(Charset.defaultCharset())
            && console.charset().newEncoder().canEncode(Branches.LINES.before(false));
    return new Terminal() {
      @Override
      public boolean interactive() {
        return true;
      }

      @Override
      public boolean drawsLines() {
        return lines;
      }

      @Override
      public Optional<String> askSecret(String prompt) {
        char[] typed = console.readPassword("%s", prompt);
        return Optional.ofNullable(typed).map(String::new);
      }
    };
  }

  /** Nobody there, as under cron. */
  static Terminal nobody() {
    return new Terminal() {
      @Override
      public boolean interactive() {
        return false;
      }

      @Override
      public boolean drawsLines() {
        return false;
      }

      @Override
      public Optional<String> askSecret(String prompt) {
        return Optional.empty();
      }
    };
  }

  /** From Java 22 on there may be a console that is no terminal, and a method that tells. */
  private static boolean isTerminal(Console console) {
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
