package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.examples.BackupInAService;
import io.tradingengine.backup.examples.ListBackups;
import io.tradingengine.backup.examples.RestoreLatest;
import io.tradingengine.backup.examples.demo.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** An operator's first day, in the order in which it happens. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandLineIT {
  private static final String PASSPHRASE = "pass-phrase-of-the-secret-key";

  @TempDir static Path folder;
  private static TestEngine engine;
  private static Path config;

  @BeforeAll
  static void startTheEngine() throws IOException, SQLException, InterruptedException {
    engine = TestEngine.start(Files.createDirectory(folder.resolve("engine")));
    config = folder.resolve("backup.yaml");
  }

  @AfterAll
  static void stopTheEngine() {
    engine.close();
  }

  @Test
  @Order(1)
  void initMakesKeysAndAConfigurationThatIsValidAsItIs() throws IOException {
    Run run =
        Run.of(
            Map.of("BACKUP_PASSPHRASE", PASSPHRASE),
            List.of(),
            "init",
            "--generate-key",
            "Backup <backup@trading-engine.local>",
            "--algorithm",
            "curve-25519",
            folder.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("backup-public-key.asc", "move " + folder.resolve("backup-secret-key.asc"));
    assertThat(folder.resolve("backup-public-key.asc")).content().contains("PUBLIC KEY BLOCK");
    assertThat(mode(folder.resolve("backup-secret-key.asc"))).isEqualTo("rw-------");
    assertThat(BackupConfig.load(config).sources()).hasSize(4);
    assertThat(Run.of("init", folder.toString()).code()).isEqualTo(1);
  }

  @Test
  @Order(2)
  void keysAreNeverOverwritten() throws IOException {
    String before = Files.readString(folder.resolve("backup-secret-key.asc"));

    Run run =
        Run.of(
            Map.of("BACKUP_PASSPHRASE", PASSPHRASE),
            List.of(),
            "init",
            "--generate-key",
            "Another <another@trading-engine.local>",
            "--algorithm",
            "curve-25519",
            folder.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("is there already");
    assertThat(folder.resolve("backup-secret-key.asc")).hasContent(before);
  }

  @Test
  @Order(3)
  void aWrongPasswordIsFoundByCheckAndStopsABackup() throws IOException {
    adapt("not-the-password");

    Run check = run("check");
    assertThat(check.code()).isEqualTo(1);
    assertThat(check.out()).contains("ERROR: ", "A backup would not start");
    JsonNode findings = json(run("check", "--json"));
    assertThat(findings.path("ok").asBoolean()).isFalse();

    Run full = run("full");
    assertThat(full.code()).isEqualTo(1);
    assertThat(full.err()).contains("ERROR: ").doesNotContain("\tat ", "not-the-password");
    assertThat(run("list").out()).contains("There is no backup yet");
    assertThat(run("show").code()).isEqualTo(1);
  }

  @Test
  @Order(4)
  void fullTakesABackupThatListAndShowKnow() throws IOException {
    adapt(TestEngine.PASSWORD);
    assertThat(run("check").out()).contains("can be taken");

    Run full = run("full", "--json");

    assertThat(full.err()).contains("postgres: done", "redis: done", "config: done", "state: done");
    assertThat(full.code()).as(full.out()).isZero();
    String id = json(full).path("backupId").asText();
    assertThat(run("list").out()).contains(id, "postgres,redis,config,state", "ok");
    assertThat(json(run("list", "--json")).path("backups").path(0)).isEqualTo(json(full));
    assertThat(json(run("show", id, "--json"))).isEqualTo(json(full));
    assertThat(run("show").out())
        .contains("Backup    " + id, "stop-lsn", "replication-id", "SOURCE");
    assertThat(run("show").out()).doesNotContain("not a point in time");
    Run unknown = run("show", "full-20010101-000000");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("full-20010101-000000");
  }

  @Test
  @Order(5)
  void theRecipesRun() throws IOException {
    Path into = folder.resolve("by-recipe");
    String repository = folder.resolve("repository").toString();
    String own = Files.readString(config).replace(repository, repository + "-of-the-service");
    Path service = Files.writeString(folder.resolve("service.yaml"), own);

    BackupInAService.main(new String[] {service.toString()});
    // The program holds its state's callbacks; a file can only name it, and restore it to a file.
    Files.writeString(
        service, own.replace("sources:\n", "sources:\n  - {type: state, name: positions}\n"));
    ListBackups.main(new String[] {service.toString()});
    RestoreLatest.main(new String[] {service.toString(), into.toString()});

    assertThat(into.resolve("postgres/PG_VERSION")).exists();
    assertThat(into.resolve("redis/dump.rdb")).isNotEmptyFile();
    assertThat(into.resolve("positions/state.bin")).isNotEmptyFile();
  }

  @Test
  @Order(6)
  void aCopyKeyByKeyIsSaidToBeNoPointInTimeWhereverItIsShown() throws IOException {
    String original = Files.readString(config);
    String repository = folder.resolve("repository").toString();
    String plain = original.replace(repository, repository + "-key-by-key");
    // What a managed server leaves to its users.
    engine.allow("managed", "~*", "+@read", "+info", "+select", "+time");
    Files.writeString(config, plain.replace("type: redis", "type: redis\n    user: managed"));
    String said = "not a point in time";

    assertThat(run("check").code()).isEqualTo(0);
    Run full = run("full");
    assertThat(full.code()).as(full.out() + full.err()).isEqualTo(3);
    assertThat(full.out()).contains("(" + said + ")", "WARNING: redis: ");
    assertThat(run("list").out()).contains("redis (" + said + ")", "degraded");
    assertThat(run("show").out()).contains("redis (" + said + ")", "(" + said + ")");
    JsonNode attributes = json(run("show", "--json")).path("sources").path(1).path("attributes");
    assertThat(attributes.path("point-in-time").asText()).isEqualTo("no");
    assertThat(run("restore", "--into", folder.resolve("scan").toString()).out()).contains(said);

    Files.writeString(config, plain.replace("type: redis", "type: redis\n    snapshot: scan"));
    assertThat(run("check").out()).contains(said);
    Files.writeString(config, original);
  }

  @Test
  @Order(7)
  void restoreWithoutForceOnlyPrintsItsPlan() {
    Path into = folder.resolve("planned");

    Run plan = run("restore", "--into", into.toString());

    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out())
        .contains(
            into.resolve("postgres").toString(),
            into.resolve("redis").toString(),
            "Nothing was touched",
            "--force");
    assertThat(into).doesNotExist();
  }

  @Test
  @Order(8)
  void restoreWithForceRestoresAndSaysWhatComesNext() throws Exception {
    Path into = folder.resolve("restored");
    Map<String, String> tables = engine.tables();

    Run restore = run("restore", "latest", "--into", into.toString(), "--force");

    assertThat(restore.code()).as(restore.out() + restore.err()).isZero();
    assertThat(restore.out()).contains("Restored  full-", "predicted", "next 1. ");
    Path tree = find(into.resolve("config"), "engine.yaml").getParent();
    assertThat(TestEngine.files(tree)).isEqualTo(TestEngine.files(engine.config()));
    engine.runOn(into.resolve("postgres"));
    assertThat(engine.tables()).isEqualTo(tables);
  }

  @Test
  @Order(9)
  void whatIsInTheWayIsNamedAndMovedAsideOnlyWithForce() throws IOException {
    Path into = folder.resolve("in-the-way");
    // Below the folder of a tree, its files stand as they stood below the root.
    Path target = into.resolve("state").resolve(Path.of("/").relativize(engine.state()));
    Path old = Files.writeString(Files.createDirectories(target).resolve("old"), "precious");

    Run plan = run("restore", "--into", into.toString(), "--source", "state");
    assertThat(plan.code()).isZero();
    assertThat(plan.out()).contains("ERROR: ", "Something is in the way");
    JsonNode planned = json(run("restore", "--into", into.toString(), "--json"));
    assertThat(planned.path("plan").path("executable").asBoolean(true)).isFalse();
    assertThat(old).hasContent("precious");

    Run restore = run("restore", "--into", into.toString(), "--source", "state", "--force");
    assertThat(restore.code()).as(restore.err()).isIn(0, 3);
    assertThat(find(into, "book.snapshot")).exists();
    assertThat(find(into, "old")).hasContent("precious");
    assertThat(into.resolve("postgres")).doesNotExist();
  }

  @Test
  @Order(10)
  void whatRedisHeldComesBackIntoTheServerThatRuns() throws Exception {
    Map<String, String> before = engine.redis();

    Run occupied = run("restore", "--source", "redis");
    assertThat(occupied.out()).contains("ERROR: redis: ", "holds ", "Something is in the way");
    engine.destroyRedis();
    Run restore = run("restore", "--source", "redis", "--force");

    assertThat(restore.code()).as(restore.out() + restore.err()).isZero();
    assertThat(restore.out()).contains("restored online");
    assertThat(engine.redis()).isEqualTo(before).hasSize(3);
  }

  @Test
  @Order(11)
  void aDamagedBackupIsListedAsOneAndHidesNoOther() throws IOException {
    Path manifest = find(folder.resolve("repository"), "manifest.json");
    String whole = Files.readString(manifest);
    Files.writeString(manifest, whole.substring(1));

    Run list = run("list");
    assertThat(list.code()).isEqualTo(3);
    assertThat(list.out()).contains("ERROR: ", "manifest.json", "full-");
    assertThat(json(run("list", "--json")).path("damaged")).hasSize(1);

    Files.writeString(manifest, whole);
    assertThat(run("list").code()).isZero();
  }

  /** Does what init says: edits the configuration. */
  private static void adapt(String password) throws IOException {
    Path passwords = Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(passwords.resolve("postgres"), password);
    Files.writeString(passwords.resolve("passphrase"), PASSPHRASE);
    Files.writeString(
        config,
        SampleConfig.named("trading-engine")
            .replace("localhost", "127.0.0.1")
            .replace("5432", Integer.toString(engine.port()))
            .replace("    port: 6379", "    port: " + engine.redisPort())
            .replace("database: trading_engine", "database: postgres")
            .replace("${POSTGRES_PASSWORD}", "${file:" + passwords.resolve("postgres") + "}")
            .replace("${REDIS_PASSWORD}", "${file:" + passwords.resolve("postgres") + "}")
            .replace("${BACKUP_PASSPHRASE}", "${file:" + passwords.resolve("passphrase") + "}")
            .replaceAll("(?m)^#(decryption|  secret-key|  passphrase)", "$1")
            .replace("/etc/trading-engine", engine.config().toString())
            .replace("/var/lib/trading-engine", engine.state().toString())
            .replace("/var/backups/trading-engine", folder.resolve("repository").toString()));
  }

  private static Run run(String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "-c";
    all[1] = config.toString();
    System.arraycopy(args, 0, all, 2, args.length);
    Run run = Run.of(all);
    assertThat(run.out() + run.err()).doesNotContain(TestEngine.PASSWORD, PASSPHRASE);
    return run;
  }

  private static JsonNode json(Run run) throws IOException {
    return new JsonMapper().readTree(run.out());
  }

  private static Path find(Path root, String name) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      return tree.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
