package io.tradingengine.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** How a restored server is started. Immutable; each method returns a new request. */
public final class ServerStart {
  private static final Duration LONGEST = Duration.ofHours(1);

  private final String source;
  private final Path programs;
  private final Path data;
  private final int port;
  private final Duration patience;
  private final Consumer<String> progress;

  private ServerStart(
      String source,
      Path programs,
      Path data,
      int port,
      Duration patience,
      Consumer<String> progress) {
    this.source = source;
    this.programs = Objects.requireNonNull(programs, "programs");
    this.data = Objects.requireNonNull(data, "data");
    this.port = port;
    this.patience = Objects.requireNonNull(patience, "patience");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /**
   * A start of what was restored of a source.
   *
   * @param source its name in the configuration, such as {@code postgres}
   * @param programs the folder with the server's programs, such as {@code
   *     /usr/lib/postgresql/17/bin}
   * @param data the folder that was restored into
   */
  public static ServerStart of(String source, Path programs, Path data) {
    return new ServerStart(
        Objects.requireNonNull(source, "source"), programs, data, 5432, LONGEST, text -> {});
  }

  /** The port that it listens on, on this machine only; 5432 by default. */
  public ServerStart port(int number) {
    if (number < 1 || number > 65535) {
      throw new IllegalArgumentException("not a port: " + number);
    }
    return new ServerStart(source, programs, data, number, patience, progress);
  }

  /** How long recovery may take; an hour by default. The server is left running after that. */
  public ServerStart within(Duration longest) {
    return new ServerStart(source, programs, data, port, longest, progress);
  }

  /** Who is told how far recovery is, about once a second: a position as text. */
  public ServerStart progress(Consumer<String> listener) {
    return new ServerStart(source, programs, data, port, patience, listener);
  }

  public String source() {
    return source;
  }

  public Path programs() {
    return programs;
  }

  public Path data() {
    return data;
  }

  public int port() {
    return port;
  }

  public Duration patience() {
    return patience;
  }

  public Consumer<String> progress() {
    return progress;
  }
}
