package io.tradingengine.backup.core.redis;

import java.io.IOException;

/** The backup's own side failed, not the server: taking the copy again would not help. */
final class ArtifactException extends IOException {
  private static final long serialVersionUID = 1;

  private final IOException failure;

  private ArtifactException(IOException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  /** What failed. */
  IOException failure() {
    return failure;
  }

  /** Something done to an artifact. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /** Something done to an artifact. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /** Does something to an artifact; its failure is one of the artifact's. */
  static <T> T guarded(Step<T> step) throws ArtifactException {
    try {
      return step.run();
    } catch (IOException e) {
      throw new ArtifactException(e);
    }
  }

  /** Does something to an artifact; its failure is one of the artifact's. */
  static void guard(Action action) throws ArtifactException {
    try {
      action.run();
    } catch (IOException e) {
      throw new ArtifactException(e);
    }
  }
}
