package io.tradingengine.backup.core.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Redis server of its own for a test: 6.2 from the class path, or the system's 7. It listens on
 * 127.0.0.1 and stops with {@link #close()}.
 */
public final class RedisServer implements AutoCloseable {
  /** The versions at hand: 6 is 6.2. */
  public static final List<Integer> MAJORS = List.of(6, 7);

  private static final String EMBEDDED = "redis-server-6.2.6-v5-linux-amd64";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int PORTS = 5;

  private final int major;
  private final Path home;
  private final Path directory;
  private int port;
  private final Map<String, String> settings;
  private final Thread hook = new Thread(this::kill, "stop Redis");
  private Process process;

  private RedisServer(Builder builder, Path home) {
    this.major = builder.major;
    this.home = home;
    this.directory = builder.directory == null ? home : builder.directory;
    this.port = freePort();
    this.settings = new LinkedHashMap<>();
    settings.put("bind", "127.0.0.1");
    settings.put("port", Integer.toString(port));
    settings.put("dir", directory.toString());
    settings.put("save", "");
    settings.put("repl-diskless-sync-delay", "0");
    if (major >= 7) {
      settings.put("enable-debug-command", "yes");
    }
    settings.putAll(builder.settings);
  }

  /** A server to be configured before it starts. */
  public static Builder of(int major) {
    return new Builder(major);
  }

  /** An empty server with nothing saved to disk. */
  public static RedisServer start(int major) {
    return of(major).start();
  }

  /** What a server is to be. */
  public static final class Builder {
    private final int major;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private Path directory;

    private Builder(int major) {
      this.major = major;
    }

    /** A directive of redis.conf; the value is taken as a whole line's rest. */
    public Builder setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Where the server keeps its files, which stay when it is closed. */
    public Builder directory(Path folder) {
      directory = folder;
      return this;
    }

    public RedisServer start() {
      try {
        RedisServer server = new RedisServer(this, Files.createTempDirectory("redis-server"));
        try {
          server.launchOnAnyPort();
          return server;
        } catch (Throwable e) {
          server.close();
          throw e;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The program of that version; fails or skips the test where 7 is not installed. */
  public static Path program(int major) {
    if (major >= 7) {
      return Oracles.require("redis-server");
    }
    try (InputStream in = RedisServer.class.getClassLoader().getResourceAsStream(EMBEDDED)) {
      Path program = Path.of(System.getProperty("java.io.tmpdir"), "test-" + EMBEDDED);
      if (!Files.isExecutable(program)) {
        Path fresh = Files.createTempFile(program.getParent(), EMBEDDED, "");
        Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
      }
      return program;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A free port may be taken by somebody else before the server has it: then another one. */
  private void launchOnAnyPort() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        launch();
        return;
      } catch (IllegalStateException e) {
        if (attempt == PORTS || !log().contains("Address already in use")) {
          throw e;
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        port = freePort();
        settings.put("port", Integer.toString(port));
      }
    }
  }

  private void launch() throws IOException {
    Path configuration = home.resolve("redis.conf");
    List<String> lines = new ArrayList<>();
    settings.forEach((name, value) -> lines.add(name + " " + (value.isEmpty() ? "\"\"" : value)));
    Files.write(configuration, lines);
    process =
        new ProcessBuilder(program(major).toString(), configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("server.log").toFile()))
            .start();
    Runtime.getRuntime().addShutdownHook(hook);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("Redis does not start:\n" + log());
      }
      pause(Duration.ofMillis(20));
    }
  }

  private boolean answers() {
    // Somebody else may answer at that port.
    if (!log().contains("eady to accept connections") || !process.isAlive()) {
      return false;
    }
    if ("0".equals(settings.get("port"))) {
      return log().contains("eady to accept connections");
    }
    try (Client client = client()) {
      Object answer = client.callRaw("PING");
      return !(answer instanceof Failure failure) || !failure.message().startsWith("LOADING");
    } catch (IOException e) {
      return false;
    }
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  public int major() {
    return major;
  }

  /** The folder with its dump and its append-only files. */
  public Path directory() {
    return directory;
  }

  public long pid() {
    return process.pid();
  }

  /** All that the server has logged so far. */
  public String log() {
    try {
      Path log = home.resolve("server.log");
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a connection that is not logged in. */
  public Client client() throws IOException {
    return new Client(port);
  }

  /** Opens a connection to another program that speaks Redis' protocol. */
  public static Client client(int port) throws IOException {
    return new Client(port);
  }

  /** Runs one command on a connection of its own. */
  public Object call(String... command) {
    try (Client client = client()) {
      return client.call(command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The digest of all data, all databases; does not cover expiries or functions. */
  public String digest() {
    return text(call("DEBUG", "DIGEST"));
  }

  /** A field of INFO, empty if it is not there. */
  public String info(String field) {
    return text(call("INFO", "everything"))
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1))
        .findFirst()
        .orElse("");
  }

  /** Sends it SIGSTOP, so that it holds its connections and does nothing. */
  public void pause() {
    signal("STOP");
  }

  /** Lets it go on after {@link #pause()}. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    Oracles.run("kill", "-" + name, Long.toString(pid())).orFail();
  }

  /** Kills it as a crash would, saving nothing. */
  public void kill() {
    if (process != null && process.isAlive()) {
      process.destroyForcibly();
      try {
        process.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Starts it again with the same settings and port. */
  public void startAgain() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the JVM is going down, and its hooks with it
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An answer as text. */
  public static String text(Object answer) {
    return answer instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(answer);
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An error reply. */
  public record Failure(String message) {}

  /**
   * A plain RESP2 client, independent of what is tested. Answers are: String (status), Long, byte[]
   * (bulk), List, null, {@link Failure}.
   */
  public static final class Client implements Closeable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    /** Sends a command of text; throws if the answer is an error. */
    public Object call(String... command) throws IOException {
      return check(callRaw(command), command);
    }

    /** Sends a command of text; an error is an answer as any other. */
    public Object callRaw(String... command) throws IOException {
      send(command);
      out.flush();
      return receive();
    }

    /** Sends a command of bytes; throws if the answer is an error. */
    public Object call(byte[]... command) throws IOException {
      send(command);
      out.flush();
      return check(receive(), new String(command[0], UTF_8));
    }

    /** Queues a command; {@link #receive()} has its answer. */
    public void send(String... command) throws IOException {
      byte[][] bytes = new byte[command.length][];
      for (int i = 0; i < command.length; i++) {
        bytes[i] = command[i].getBytes(UTF_8);
      }
      send(bytes);
    }

    /** Queues a command; {@link #receive()} has its answer. */
    public void send(byte[]... command) throws IOException {
      out.write(("*" + command.length + "\r\n").getBytes(UTF_8));
      for (byte[] argument : command) {
        out.write(("$" + argument.length + "\r\n").getBytes(UTF_8));
        out.write(argument);
        out.write('\r');
        out.write('\n');
      }
    }

    /** Sends what was queued. */
    public void flush() throws IOException {
      out.flush();
    }

    /** Sends what was queued and reads as many answers; the first error is thrown. */
    public void drain(int answers) throws IOException {
      out.flush();
      for (int i = 0; i < answers; i++) {
        check(receive(), "queued command " + i);
      }
    }

    private static Object check(Object answer, String... command) {
      if (answer instanceof Failure failure) {
        throw new IllegalStateException(command[0] + ": " + failure.message());
      }
      return answer;
    }

    /** The next answer. */
    public Object receive() throws IOException {
      int kind = in.read();
      String line = line();
      return switch (kind) {
        case '+' -> line;
        case '-' -> new Failure(line);
        case ':' -> Long.parseLong(line);
        case '$' -> bulk(Integer.parseInt(line));
        case '*' -> array(Integer.parseInt(line));
        default -> throw new EOFException("the server closed the connection");
      };
    }

    private byte[] bulk(int length) throws IOException {
      if (length < 0) {
        return null;
      }
      byte[] bytes = in.readNBytes(length);
      in.skipNBytes(2);
      return bytes;
    }

    private List<Object> array(int count) throws IOException {
      if (count < 0) {
        return null;
      }
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        list.add(receive());
      }
      return list;
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
        if (b != '\r') {
          line.write(b);
        }
      }
      return line.toString(UTF_8);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
