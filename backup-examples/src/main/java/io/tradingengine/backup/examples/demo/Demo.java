package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.event.BackupListener;
import io.tradingengine.backup.examples.print.Table;
import io.tradingengine.backup.examples.print.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Backs a trading engine up, destroys it, restores it and proves that nothing is missing. Brings
 * its own PostgreSQL server and leaves nothing behind.
 */
public final class Demo {
  private final PrintWriter out;
  private final BackupListener progress;
  private final long rows;
  private final boolean keep;
  private int step;
  private long stepStarted;

  /**
   * A demo that has not begun.
   *
   * @param out where it tells what it does
   * @param progress hears of the backup and the restore
   * @param options how much and what for
   */
  public Demo(PrintWriter out, BackupListener progress, Options options) {
    this.out = out;
    this.progress = progress;
    this.rows = options.rows();
    this.keep = options.keep();
  }

  /**
   * How a demo is run.
   *
   * @param rows how many trades there are
   * @param keep whether everything stays, to look at it afterwards
   */
  public record Options(long rows, boolean keep) {}

  /**
   * Runs it all.
   *
   * @return whether what was restored equals what was there
   */
  public boolean run() throws IOException, SQLException, InterruptedException {
    long started = System.nanoTime();
    try (DemoFolder folder = DemoFolder.create(keep)) {
      Path password = folder.newSecret("postgres-password");
      Path passphrase = folder.newSecret("backup-passphrase");
      boolean same;
      BackupMetadata backup;
      try (DemoServer server = new DemoServer(folder.root(), Secret.file(password))) {
        Snapshot before = build(server, folder);
        generateKeys(folder, passphrase);
        BackupConfig config =
            BackupConfig.reader(folder.writeBackupYaml(server.port(), password, passphrase))
                .listener(progress)
                .build();
        backup = backUp(config);
        destroy(server, folder);
        restore(config);
        same = verify(server, folder, before);
      }
      out.println();
      out.println(
          (same ? "PASSED" : "FAILED")
              + " in "
              + Text.duration(Duration.ofNanos(System.nanoTime() - started)));
      if (keep) {
        out.println();
        ByHand.explain(out, folder, backup);
      }
      return same;
    }
  }

  private Snapshot build(DemoServer server, DemoFolder folder)
      throws IOException, SQLException, InterruptedException {
    begin("Start a PostgreSQL server of our own");
    server.create();
    server.start();
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + TradingData.DATABASE);
      done(
          "PostgreSQL "
              + connection.getMetaData().getDatabaseProductVersion()
              + " on 127.0.0.1:"
              + server.port()
              + ", data checksums on");
    }
    begin("Trade: fill the database, write configuration and state");
    EngineFiles.writeConfig(folder.config());
    EngineFiles.writeState(folder.state());
    try (Connection connection = server.connect(TradingData.DATABASE)) {
      TradingData.fill(connection, rows);
      Snapshot before = Snapshot.take(connection, folder);
      done(
          rows
              + " trades, "
              + Text.bytes(TradingData.size(connection))
              + "; "
              + (before.config().size() + before.state().size())
              + " files and folders");
      return before;
    }
  }

  private void generateKeys(DemoFolder folder, Path passphrase) throws IOException {
    begin("Make an OpenPGP key pair");
    OpenPgp.generateKeyPair(
        new OpenPgp.KeyPairRequest(
            "Backup <backup@trading-engine.local>",
            OpenPgp.KeyAlgorithm.CURVE_25519,
            Secret.file(passphrase),
            folder.root().resolve(DemoFolder.PUBLIC_KEY),
            folder.root().resolve(DemoFolder.SECRET_KEY)));
    done("Curve25519; backups need only the public key");
  }

  private BackupMetadata backUp(BackupConfig config) {
    begin("Take a full backup");
    try (BackupManager manager = BackupManager.create(config)) {
      BackupMetadata backup = manager.createFullBackup();
      Table table = new Table("SOURCE", "PLAIN", "STORED", "RATIO", "TOOK");
      for (BackupMetadata.SourceSummary source : backup.sources()) {
        table.row(
            source.name(),
            Text.bytes(source.plainSize()),
            Text.bytes(source.size()),
            Text.ratio(source.plainSize(), source.size()),
            Text.duration(source.duration()));
      }
      table.row(
          "all",
          Text.bytes(backup.plainSize()),
          Text.bytes(backup.size()),
          Text.ratio(backup.plainSize(), backup.size()),
          Text.duration(backup.duration()));
      table.print(out, "   ");
      warn(backup.findings());
      done(backup.backupId() + ", compressed and encrypted");
      return backup;
    }
  }

  private void destroy(DemoServer server, DemoFolder folder)
      throws IOException, InterruptedException {
    begin("Disaster: stop the server, delete its data, the configuration and the state");
    server.stop();
    DemoFolder.delete(server.dataDirectory());
    DemoFolder.delete(folder.config());
    DemoFolder.delete(folder.state());
    done("everything but the repository and the secret key is gone");
  }

  private void restore(BackupConfig config) {
    begin("Restore the newest backup to where it came from");
    try (RestoreManager manager = RestoreManager.create(config)) {
      RestorePlan plan = manager.plan(RestoreRequest.latest());
      if (!plan.executable()) {
        Text.findings(out, plan.obstacles(), "   ");
        throw new BackupException("The restore's plan cannot be executed");
      }
      RestoreReport report = manager.execute(plan);
      for (RestoreReport.RestoredSource source : report.sources()) {
        warn(source.findings());
      }
      done(
          Text.bytes(report.bytes())
              + " in "
              + Text.duration(report.duration())
              + ", predicted "
              + Text.duration(plan.predicted())
              + "; decrypted, verified, on disk");
    }
  }

  private boolean verify(DemoServer server, DemoFolder folder, Snapshot before)
      throws IOException, SQLException, InterruptedException {
    begin("Start the restored server");
    server.start();
    done("recovered, and takes writes");
    begin("Compare with what was there");
    try (Connection connection = server.connect(TradingData.DATABASE)) {
      Snapshot after = Snapshot.take(connection, folder);
      List<String> differences = before.differences(after);
      Table table = new Table("TABLE", "BEFORE", "AFTER");
      for (Map.Entry<String, String> each : before.tables().entrySet()) {
        String now = after.tables().getOrDefault(each.getKey(), "nothing");
        table.row(each.getKey(), each.getValue(), now.equals(each.getValue()) ? "the same" : now);
      }
      table.print(out, "   ");
      differences.forEach(difference -> out.println("   DIFFERENT: " + difference));
      long broken = TradingData.brokenPositions(connection);
      long indexes = TradingData.checkIndexes(connection);
      done(
          differences.size()
              + " differences; "
              + (after.config().size() + after.state().size())
              + " files and folders compared, "
              + broken
              + " positions unlike the sum of their trades, "
              + indexes
              + " indexes checked");
      return differences.isEmpty() && broken == 0;
    }
  }

  private void warn(List<Finding> findings) {
    List<Finding> serious =
        findings.stream().filter(each -> each.severity() != Finding.Severity.INFO).toList();
    Text.findings(out, serious, "   ");
  }

  private void begin(String title) {
    stepStarted = System.nanoTime();
    out.println(++step + ". " + title);
    out.flush();
  }

  private void done(String outcome) {
    Duration took = Duration.ofNanos(System.nanoTime() - stepStarted);
    out.println("   " + outcome + " (" + Text.duration(took) + ")");
  }
}
