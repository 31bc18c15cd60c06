package io.tradingengine.backup.examples.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code backup.jar}: what an operator types. */
@Command(
    name = "backup",
    description = "Backs up and restores a trading engine as one thing.",
    mixinStandardHelpOptions = true,
    versionProvider = BackupCommand.Version.class)
public final class BackupCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  public static void main(String[] args) {
    System.exit(new CommandLine(new BackupCommand()).execute(args));
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Which command? See --help.");
    }
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = BackupCommand.class.getPackage().getImplementationVersion();
      return new String[] {"backup " + (version == null ? "(unpacked)" : version)};
    }
  }
}
