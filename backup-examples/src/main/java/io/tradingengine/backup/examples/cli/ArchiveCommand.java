package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.event.BackupEvent;
import io.tradingengine.backup.event.BackupListener;
import io.tradingengine.backup.examples.print.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Archives continuously, until it is stopped. */
@Command(
    name = "archive",
    description = {
      "Follows every source that sends its changes, ships them to all destinations, and",
      "takes recovery points, until it is stopped by SIGTERM or Ctrl-C. Backups may be",
      "taken meanwhile, by this program or another. What is found goes to the standard",
      "error as it comes, and a line on how it stands to the standard output.",
      "Exit code 0 once it was stopped; 1 if it could not begin."
    })
final class ArchiveCommand implements Callable<Integer> {
  private static final Duration SHORTEST = Duration.ofMillis(100);

  private final BackupCommand root;

  @Option(
      names = "--status-every",
      paramLabel = "DURATION",
      converter = Durations.class,
      defaultValue = "60s",
      description =
          "How often it says how it stands, such as 10s or 5m (default: ${DEFAULT-VALUE}).")
  private Duration interval = Duration.ofMinutes(1);

  @Option(
      names = "--json",
      description = "Say how it stands as one JSON document a line, with stable field names.")
  private boolean json;

  ArchiveCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    if (interval.compareTo(SHORTEST) < 0) {
      throw new WrongUseException("--status-every is too short", "choose 100ms or more");
    }
    try (BackupManager manager = root.manager(root.load(new Listener(root.io().err())));
        Archiving archiving = manager.startArchiving()) {
      root.io().err().println("Archiving has begun; stop it with SIGTERM or Ctrl-C");
      watch(archiving);
    } catch (InterruptedException e) {
      root.io().err().println("Stopped: what is in the spool is shipped by the next run");
    }
    return ExitCode.DONE.code();
  }

  /** Says how it stands until this thread is interrupted, which is how it ends. */
  private void watch(Archiving archiving) throws InterruptedException {
    while (true) {
      Thread.sleep(interval.toMillis());
      print(archiving.status());
    }
  }

  private void print(ArchivingStatus status) {
    PrintWriter out = root.io().out();
    out.println(json ? Json.line(ArchivingJson.status(status)) : ArchivingText.line(status));
  }

  /** Says what is found while it archives; other runs have listeners of their own. */
  private record Listener(PrintWriter err) implements BackupListener {
    @Override
    public void onEvent(BackupEvent event) {}

    @Override
    public void onArchiving(Finding finding) {
      synchronized (err) {
        Text.findings(err, List.of(finding), "");
      }
    }
  }
}
