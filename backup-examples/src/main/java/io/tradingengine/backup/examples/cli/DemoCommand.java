package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.examples.demo.Demo;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays a disaster and its recovery through. */
@Command(
    name = "demo",
    description = {
      "Starts a PostgreSQL and a Redis server of its own, fills them, backs them up with",
      "configuration and state, archives what changes from then on, marks a moment, destroys",
      "all of it, restores it to that moment, and proves that nothing is missing.",
      "Needs nothing but Java; leaves nothing behind. Exit code 1 if anything differs."
    })
final class DemoCommand implements Callable<Integer> {
  private static final long FEWEST = 100;
  private static final long MOST = 20_000_000;

  private final Io io;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "200000",
      description = "How many trades to make (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(names = "--keep", description = "Keep everything, and print how to recover it by hand.")
  private boolean keep;

  DemoCommand(Io io) {
    this.io = io;
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    if (rows < FEWEST || rows > MOST) {
      throw new WrongUseException(
          "--rows " + rows + " is out of range", "choose from " + FEWEST + " to " + MOST);
    }
    Demo demo = new Demo(io.out(), Progress.on(io), new Demo.Options(rows, keep));
    return (demo.run() ? ExitCode.DONE : ExitCode.FAILED).code();
  }
}
