package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.InvalidConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says on the standard error what went wrong and what to do, and no more unless asked. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final BackupCommand root;

  Errors(BackupCommand root) {
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("ERROR: " + e.getMessage());
    if (command.getParseResult().originalArgs().isEmpty()) {
      command.usage(command.getErr());
    } else if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
      command.getErr().println("HINT: see " + command.getCommandSpec().qualifiedName() + " --help");
    }
    // Whatever is wrong with the line: a server that recovers must not take it for "not there".
    return List.of(args).contains(WalFetchCommand.NAME)
        ? WalFetchCommand.UNKNOWN
        : ExitCode.WRONG_USE.code();
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    command.getErr().println("ERROR: " + describe(e));
    if (root.verbose()) {
      e.printStackTrace(command.getErr());
    }
    if (command.getCommandName().equals(WalFetchCommand.NAME)) {
      return WalFetchCommand.UNKNOWN;
    }
    boolean wrongUse = e instanceof WrongUseException || e instanceof InvalidConfigException;
    return (wrongUse ? ExitCode.WRONG_USE : ExitCode.FAILED).code();
  }

  private static String describe(Exception e) {
    if (e instanceof BackupException) {
      return Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
    if (e instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
      return describe(unchecked.getCause());
    }
    if (e instanceof FileSystemException failed) {
      return describe(failed);
    }
    String what =
        e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
    return what + System.lineSeparator() + "HINT: run it again with --verbose to see where";
  }

  private static String describe(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "There is no " + e.getFile();
    }
    if (e instanceof FileAlreadyExistsException) {
      return e.getFile()
          + " is there already, and was left as it is"
          + System.lineSeparator()
          + "HINT: move it away, or choose another folder";
    }
    if (e instanceof AccessDeniedException) {
      return "This user may not touch " + e.getFile();
    }
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }
}
