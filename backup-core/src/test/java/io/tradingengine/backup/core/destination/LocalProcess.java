package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What a second JVM does to a repository: its main, and how to start it. */
final class LocalProcess {
  private static final int THREADS = 3;

  private LocalProcess() {}

  /** Where the classes of this JVM come from, on whichever path they are. */
  static List<Path> classPath() {
    return Stream.of("jdk.module.path", "java.class.path")
        .map(System::getProperty)
        .filter(path -> path != null)
        .flatMap(path -> Stream.of(path.split(File.pathSeparator)))
        .filter(entry -> !entry.isEmpty())
        .map(Path::of)
        .toList();
  }

  /** Starts a JVM that does {@code arguments}, with words such as {@code unshare} in front. */
  static Process start(List<String> prefix, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    List<String> path = new ArrayList<>(List.of("target/test-classes"));
    classPath().forEach(entry -> path.add(entry.toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xmx128m"));
    command.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    command.add(LocalProcess.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The content that an object of that name has in these tests. */
  static byte[] contentOf(String key) {
    Random random = new Random(key.hashCode());
    byte[] bytes = new byte[random.nextInt(1 << 19)];
    random.nextBytes(bytes);
    return bytes;
  }

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "put" -> put(root, arguments[2]);
      case "put-for-ever" -> putForEver(root);
      case "lock" -> lock(root);
      case "hold" -> hold(root, Duration.ofMillis(Long.parseLong(arguments[2])));
      case "count" -> count(root, Path.of(arguments[2]), Integer.parseInt(arguments[3]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static Destination open(Path root) {
    return new LocalDestinationProvider().open(Settings.of("local").with("path", root));
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  private static void put(Path root, String key) {
    try (Destination destination = open(root);
        Closeable lock = destination.lock("put")) {
      destination.put(new ObjectKey(key), Content.of(contentOf(key)));
      say(lock == null ? "" : "done");
    } catch (IOException | RuntimeException e) {
      say(String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
    }
  }

  private static void putForEver(Path root) throws IOException {
    Destination destination = open(root);
    Closeable lock = destination.lock("writer");
    for (int thread = 0; thread < THREADS; thread++) {
      String folder = "full-20240115-02000" + thread + "/s-" + ProcessHandle.current().pid();
      new Thread(() -> putForEver(destination, folder)).start();
    }
    say("locked " + lock);
  }

  private static void putForEver(Destination destination, String folder) {
    try {
      for (int number = 0; ; number++) {
        String key = folder + "/" + number % 7 + "/volume-" + number;
        destination.put(new ObjectKey(key), Content.of(contentOf(key)));
        say(key);
      }
    } catch (IOException e) {
      say("failed " + e.getMessage());
    }
  }

  private static void lock(Path root) throws IOException {
    try (Destination destination = open(root);
        Closeable lock = destination.lock("the other process")) {
      say("locked " + lock);
      System.in.read();
    } catch (RepositoryLockedException e) {
      say("refused " + e.getMessage().replaceAll("\\s+", " "));
    }
  }

  /** Holds the lock, and says for each line that it reads whether it still has it. */
  private static void hold(Path root, Duration ttl) throws IOException {
    LeaseFile.Terms terms = new LeaseFile.Terms(Host.current(), ttl);
    try (Destination destination = new LocalDestination(root, Placement.LINK, terms);
        Lease lease = destination.lock("the paused process");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      say("locked");
      while (in.readLine() != null) {
        try {
          lease.confirm();
          say("confirmed");
        } catch (LeaseLostException e) {
          say("lost " + e.getMessage().replaceAll("\\s+", " "));
        }
      }
    }
  }

  /** Threads that count a file up, each time under the lock; without it, counts would be lost. */
  static void count(Path root, Path counter, int times) throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Exception> failures = new ArrayList<>();
    for (int thread = 0; thread < 2; thread++) {
      threads.add(
          new Thread(
              () -> {
                try (Destination destination = open(root)) {
                  for (int done = 0; done < times; ) {
                    done += countOnce(destination, counter);
                  }
                } catch (Exception e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    say(failures.isEmpty() ? "done" : "failed " + failures);
  }

  private static int countOnce(Destination destination, Path counter) throws Exception {
    try (Closeable lock = destination.lock("counter")) {
      int count = Integer.parseInt(Files.readString(counter, UTF_8).trim());
      Thread.sleep(1);
      Files.writeString(counter, Integer.toString(count + 1));
      return lock == null ? 0 : 1;
    } catch (RepositoryLockedException e) {
      Thread.sleep(1);
      return 0;
    }
  }
}
