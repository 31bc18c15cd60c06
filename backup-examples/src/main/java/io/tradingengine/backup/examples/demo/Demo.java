package io.tradingengine.backup.examples.demo;

import io.lettuce.core.RedisClient;
import io.tradingengine.backup.Archiving;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.RecoveryPoint;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Backs a trading engine up and archives what it does from then on, destroys it, restores it to the
 * moment before, and proves that nothing is missing. Brings its own PostgreSQL and Redis servers
 * and leaves nothing behind.
 */
public final class Demo {
  private static final String POINT = "before-the-disaster";
  private static final String LATER = "after-the-disaster";

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
      DemoFolder.Secrets secrets = folder.newSecrets();
      boolean same;
      BackupMetadata backup;
      try (DemoPostgres postgres =
              new DemoPostgres(folder.root(), Secret.file(secrets.postgresPassword()));
          DemoRedis redis = new DemoRedis(folder.root(), Secret.file(secrets.redisPassword()))) {
        Engine engine = new Engine(postgres, redis, folder);
        start(engine);
        trade(engine);
        generateKeys(folder, secrets.passphrase());
        BackupConfig config =
            BackupConfig.reader(folder.writeBackupYaml(postgres.port(), redis.port(), secrets))
                .listener(progress)
                .build();
        Snapshot before;
        try (BackupManager manager = BackupManager.create(config)) {
          backup = backUp(manager);
          before = liveOn(manager, engine);
        }
        loseEverything(engine);
        restore(config, redis);
        same = verify(engine, before);
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

  /** What there is to lose. */
  private record Engine(DemoPostgres postgres, DemoRedis redis, DemoFolder folder) {}

  private void start(Engine engine) throws IOException, SQLException, InterruptedException {
    begin("Start a PostgreSQL and a Redis server of our own");
    engine.postgres().create();
    engine.postgres().start();
    engine.redis().start();
    try (Connection connection = engine.postgres().connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + TradingData.DATABASE);
      done(
          "PostgreSQL "
              + connection.getMetaData().getDatabaseProductVersion()
              + " on 127.0.0.1:"
              + engine.postgres().port()
              + ", data checksums on; Redis "
              + engine.redis().version()
              + " on 127.0.0.1:"
              + engine.redis().port());
    }
  }

  private void trade(Engine engine) throws IOException, SQLException {
    begin("Trade: fill the database and Redis, write configuration and state");
    EngineFiles.writeConfig(engine.folder().config());
    EngineFiles.writeState(engine.folder().state());
    try (Connection connection = engine.postgres().connect(TradingData.DATABASE);
        RedisClient redis = engine.redis().client()) {
      TradingData.fill(connection, rows);
      LiveData.fill(redis, TradingData.trades(connection));
      Snapshot before = Snapshot.take(connection, redis, engine.folder());
      done(
          rows
              + " trades, "
              + Text.bytes(TradingData.size(connection))
              + "; "
              + LiveData.keys(redis)
              + " keys; "
              + (before.config().size() + before.state().size())
              + " files and folders");
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

  private BackupMetadata backUp(BackupManager manager) {
    begin("Take a full backup");
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
    done(
        backup.backupId()
            + ", compressed and encrypted; the states of the sources lie "
            + Text.duration(backup.spread())
            + " apart");
    return backup;
  }

  /** Goes on after the backup, up to the disaster; gives what there was just before it. */
  private Snapshot liveOn(BackupManager manager, Engine engine) throws IOException, SQLException {
    begin("Begin to archive, and trade on");
    try (Archiving archiving = manager.startArchiving()) {
      tradeOn(engine);
      done("every change is followed, and shipped to the repository as it happens");
      begin("Mark the recovery point '" + POINT + "'");
      RecoveryPoint point = manager.markRecoveryPoint(POINT);
      Snapshot before = snapshot(engine);
      done(
          (point.exact() ? "exact" : "the sources lie within " + Text.duration(point.skew()))
              + ", and safe in the repository with all that it needs");
      begin("Trade on, then the disaster: DROP TABLE trades, FLUSHALL");
      tradeOn(engine);
      try (Connection connection = engine.postgres().connect(TradingData.DATABASE);
          RedisClient redis = engine.redis().client()) {
        TradingData.destroy(connection);
        LiveData.destroy(redis);
      }
      manager.markRecoveryPoint(LATER);
      warn(archiving.status().findings());
      done("the archive has the disaster, too");
      return before;
    }
  }

  private void tradeOn(Engine engine) throws IOException, SQLException {
    try (Connection connection = engine.postgres().connect(TradingData.DATABASE);
        RedisClient redis = engine.redis().client()) {
      TradingData.tradeOn(connection, rows / 10);
      SortedMap<String, Long> trades = TradingData.trades(connection);
      LiveData.tradeOn(redis, trades);
      long count = trades.values().stream().mapToLong(Long::longValue).sum();
      EngineFiles.tradeOn(engine.folder().state(), count);
    }
  }

  private Snapshot snapshot(Engine engine) throws IOException, SQLException {
    try (Connection connection = engine.postgres().connect(TradingData.DATABASE);
        RedisClient redis = engine.redis().client()) {
      return Snapshot.take(connection, redis, engine.folder());
    }
  }

  private void loseEverything(Engine engine) throws IOException, InterruptedException {
    begin("And the host dies: both servers' data, configuration and state are gone");
    engine.redis().stop();
    engine.postgres().stop();
    DemoFolder.delete(engine.redis().dataDirectory());
    DemoFolder.delete(engine.postgres().dataDirectory());
    DemoFolder.delete(engine.folder().config());
    DemoFolder.delete(engine.folder().state());
    done("everything but the repository and the secret key is gone");
  }

  private void restore(BackupConfig config, DemoRedis redis)
      throws IOException, InterruptedException {
    begin("Start an empty Redis, and restore everything to '" + POINT + "'");
    redis.start();
    try (RestoreManager manager = RestoreManager.create(config)) {
      RestorePlan plan = manager.plan(RestoreRequest.latest().atPoint(POINT));
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
              + "; decrypted, verified, on disk and in Redis");
    }
  }

  private boolean verify(Engine engine, Snapshot before)
      throws IOException, SQLException, InterruptedException {
    begin("Start the restored PostgreSQL");
    engine.postgres().start();
    done("recovered, and takes writes");
    begin("Compare with what was there at '" + POINT + "'");
    try (Connection connection = engine.postgres().connect(TradingData.DATABASE);
        RedisClient redis = engine.redis().client()) {
      Snapshot after = Snapshot.take(connection, redis, engine.folder());
      List<String> differences = before.differences(after);
      compare(before, after).print(out, "   ");
      differences.forEach(difference -> out.println("   DIFFERENT: " + difference));
      long broken = TradingData.brokenPositions(connection);
      long wrong = LiveData.wrongCounts(redis, TradingData.trades(connection));
      long indexes = TradingData.checkIndexes(connection);
      done(
          differences.size()
              + " differences; "
              + (after.config().size() + after.state().size())
              + " files and folders compared, "
              + broken
              + " positions unlike the sum of their trades, "
              + wrong
              + " counts in Redis unlike the trades in PostgreSQL, "
              + indexes
              + " indexes checked");
      return differences.isEmpty() && broken == 0 && wrong == 0;
    }
  }

  private static Table compare(Snapshot before, Snapshot after) {
    Table table = new Table("DATA", "BEFORE", "AFTER");
    Map<String, String> now = new LinkedHashMap<>(after.tables());
    now.putAll(after.redis());
    Map<String, String> then = new LinkedHashMap<>(before.tables());
    then.putAll(before.redis());
    then.forEach(
        (name, value) -> {
          String found = now.getOrDefault(name, "nothing");
          table.row(name, value, found.equals(value) ? "the same" : found);
        });
    return table;
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
