import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Takes backups one after the other in one JVM, as a service that embeds the library does, and
 * prints the seconds of each: of the whole call, with its preflight, and of the backup itself.
 *
 * <pre>
 * java -cp backup.jar WarmBackups.java backup.yaml COUNT
 * </pre>
 */
public final class WarmBackups {
  public static void main(String[] args) throws Exception {
    BackupConfig config = BackupConfig.load(Path.of(args[0]));
    try (BackupManager manager = BackupManager.create(config)) {
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        long began = System.nanoTime();
        BackupMetadata backup = manager.createFullBackup();
        double call = (System.nanoTime() - began) / 1e9;
        double own = backup.duration().toMillis() / 1e3;
        System.out.printf(Locale.ROOT, "%.3f %.3f%n", call, own);
      }
    }
  }
}
