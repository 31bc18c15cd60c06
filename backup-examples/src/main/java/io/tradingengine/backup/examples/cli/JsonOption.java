package io.tradingengine.backup.examples.cli;

import picocli.CommandLine.Option;

/** {@code --json}, for commands that report. */
final class JsonOption {
  @Option(names = "--json", description = "Report as one JSON document with stable field names.")
  private boolean json;

  boolean wanted() {
    return json;
  }
}
