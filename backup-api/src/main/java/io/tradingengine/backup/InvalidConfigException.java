package io.tradingengine.backup;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration is wrong. Lists every problem that was found, not only the first. */
public final class InvalidConfigException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  public InvalidConfigException(List<String> problems) {
    super(
        problems.size() == 1
            ? "The configuration has a problem: " + problems.get(0)
            : "The configuration has "
                + problems.size()
                + " problems:"
                + problems.stream()
                    .map(problem -> System.lineSeparator() + "  - " + problem)
                    .collect(Collectors.joining()));
    this.problems = List.copyOf(problems);
  }

  /** One sentence a problem, each starting with the key that it is about. */
  public List<String> problems() {
    return problems;
  }
}
