package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows all that is known of one backup. */
@Command(name = "show", description = "Shows all that is known of one backup.")
final class ShowCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Parameters(
      paramLabel = "ID|latest",
      arity = "0..1",
      defaultValue = BackupChoice.LATEST,
      converter = BackupChoice.Converter.class,
      description = "Which backup (default: ${DEFAULT-VALUE}).")
  private BackupChoice choice = BackupChoice.latest();

  @Mixin private final JsonOption json = new JsonOption();

  ShowCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    try (BackupManager manager = root.manager(root.load())) {
      BackupMetadata backup = manager.show(choice.resolve(manager));
      Chains chains = new Chains(manager.list());
      if (json.wanted()) {
        root.io().out().println(Json.print(Json.backup(backup, chains)));
      } else {
        BackupText.print(root.io().out(), backup, chains);
        BackupText.chain(root.io().out(), backup, chains);
        BackupText.attributes(root.io().out(), backup);
      }
      return ExitCode.DONE.code();
    }
  }
}
