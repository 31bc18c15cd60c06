import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Takes full and incremental backups by turns in one JVM, as a service that embeds the library does,
 * and restores a full backup and a chain that begins with it. Prints a line of what was done, its
 * seconds and its bytes each time.
 *
 * <pre>
 * java -cp backup.jar WarmIncrementals.java backup.yaml ROUNDS CHANGE-COMMAND BASELINE-COMMAND FOLDER
 * </pre>
 */
public final class WarmIncrementals {
  private static final int LINKS = 6;

  public static void main(String[] args) throws Exception {
    BackupConfig config = BackupConfig.load(Path.of(args[0]));
    List<BackupId> chain = new ArrayList<>();
    try (BackupManager manager = BackupManager.create(config)) {
      manager.createFullBackup(); // warms up
      for (int round = 0; round < Integer.parseInt(args[1]); round++) {
        print("baseline", seconds(() -> run(args[3])), 0);
        backup("full", manager, BackupKind.FULL);
        run(args[2]);
        backup("incremental", manager, BackupKind.INCREMENTAL);
      }
      chain.add(backup("full", manager, BackupKind.FULL));
      for (int link = 0; link < LINKS; link++) {
        run(args[2]);
        chain.add(backup("incremental", manager, BackupKind.INCREMENTAL));
      }
    }
    System.out.println("last " + chain.get(LINKS));
    try (RestoreManager manager = RestoreManager.create(config)) {
      Path into = Path.of(args[4]);
      restore(manager, chain.get(0), into); // warms up
      for (int round = 0; round < Integer.parseInt(args[1]); round++) {
        print("restore-full", restore(manager, chain.get(0), into), 0);
        print("restore-chain", restore(manager, chain.get(LINKS), into), 0);
      }
    }
  }

  private static BackupId backup(String name, BackupManager manager, BackupKind kind) {
    long began = System.nanoTime();
    BackupMetadata backup =
        kind == BackupKind.FULL ? manager.createFullBackup() : manager.createIncrementalBackup();
    double took = (System.nanoTime() - began) / 1e9;
    if (backup.kind() != kind) {
      throw new IllegalStateException(backup.findings().toString());
    }
    print(name, took, backup.size());
    return backup.backupId();
  }

  private static double restore(RestoreManager manager, BackupId id, Path into) throws Exception {
    double took =
        seconds(() -> manager.execute(manager.plan(RestoreRequest.of(id).into(into))));
    try (Stream<Path> paths = Files.walk(into)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    return took;
  }

  private interface Step {
    void run() throws Exception;
  }

  private static double seconds(Step step) throws Exception {
    long began = System.nanoTime();
    step.run();
    return (System.nanoTime() - began) / 1e9;
  }

  private static void run(String command) throws IOException, InterruptedException {
    int code = new ProcessBuilder("bash", "-c", command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(command + " ended with " + code);
    }
  }

  private static void print(String what, double seconds, long bytes) {
    System.out.printf(Locale.ROOT, "%s %.3f %d%n", what, seconds, bytes);
  }
}
