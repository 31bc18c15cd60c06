package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.event.BackupListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code java -jar backup.jar [-c backup.yaml] COMMAND}: what all commands have in common. */
@Command(
    name = "backup.jar",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    description = "Backs up a trading engine as one thing, and restores it.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = BackupCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; the standard error says why",
      "2:wrong use, or a wrong configuration; nothing was tried",
      "3:done, but there are warnings"
    })
public final class BackupCommand {
  private final Io io;
  private final Function<BackupConfig, BackupManager> managers;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "The configuration (default: ${DEFAULT-VALUE}).")
  private Path config = Path.of("backup.yaml");

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where an error came from.")
  private boolean verbose;

  private BackupCommand(Io io, Function<BackupConfig, BackupManager> managers) {
    this.io = io;
    this.managers = managers;
  }

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Interruption interruption = Interruption.install(Thread.currentThread());
    int code = run(Io.system(), args);
    interruption.finished(code);
    System.exit(code);
  }

  /** Runs one command and gives its exit code. */
  static int run(Io io, String... args) {
    return run(io, BackupManager::create, args);
  }

  /** Runs one command with the managers that {@code managers} makes, and gives its exit code. */
  static int run(Io io, Function<BackupConfig, BackupManager> managers, String... args) {
    BackupCommand root = new BackupCommand(io, managers);
    Errors errors = new Errors(root);
    return new CommandLine(root)
        .addSubcommand(new DemoCommand(io))
        .addSubcommand(new InitCommand(root))
        .addSubcommand(new CheckCommand(root))
        .addSubcommand(new FullCommand(root))
        .addSubcommand(new IncrementalCommand(root))
        .addSubcommand(new MergeCommand(root))
        .addSubcommand(new ArchiveCommand(root))
        .addSubcommand(new ListCommand(root))
        .addSubcommand(new ShowCommand(root))
        .addSubcommand(new RestoreCommand(root))
        .addSubcommand(new WalPushCommand(root))
        .addSubcommand(new WalFetchCommand(root))
        .addSubcommand(new ReplicateCommand(root))
        .addSubcommand(new ExpireCommand(root))
        .addSubcommand(new PinCommand(root))
        .addSubcommand(new UnpinCommand(root))
        .setOut(io.out())
        .setErr(io.err())
        .setExecutionExceptionHandler(errors)
        .setParameterExceptionHandler(errors)
        .execute(args);
  }

  Io io() {
    return io;
  }

  /** The configuration file's place; it need not be there. */
  Path configFile() {
    return config;
  }

  boolean verbose() {
    return verbose;
  }

  /** The configuration as the file has it, heard by {@code listener}. */
  BackupConfig load(BackupListener listener) throws IOException {
    if (!Files.exists(config)) {
      throw new WrongUseException(
          "There is no configuration file " + config,
          "write one with 'backup.jar init', or name yours with -c FILE");
    }
    return BackupConfig.reader(config).listener(listener).build();
  }

  /** The configuration as the file has it. */
  BackupConfig load() throws IOException {
    return load(event -> {});
  }

  /** A manager for that configuration, which the caller closes. */
  BackupManager manager(BackupConfig configuration) {
    return managers.apply(configuration);
  }

  /** The version that the jar's manifest tells. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String known = BackupCommand.class.getPackage().getImplementationVersion();
      return new String[] {"backup.jar " + Optional.ofNullable(known).orElse("(not packaged)")};
    }
  }
}
