package io.tradingengine.backup.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.RestoreTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Scripts depend on every name here. */
class JsonTest {
  private static final Finding WARNING = Finding.warning("postgres", "a bad page", "look at it");
  private static final BackupMetadata BACKUP =
      new BackupMetadata(
          BackupId.parse("full-20240115-020000"),
          Optional.empty(),
          "trading-engine",
          Instant.parse("2024-01-15T02:00:00Z"),
          Instant.parse("2024-01-15T02:00:07.500Z"),
          100,
          400,
          List.of(
              new BackupMetadata.SourceSummary(
                  "postgres",
                  "postgres",
                  Optional.empty(),
                  100,
                  400,
                  Instant.parse("2024-01-15T02:00:06.250Z"),
                  Duration.ofSeconds(7),
                  Map.of("b", "2"))),
          List.of(new BackupMetadata.MissingSource("redis", "redis", "refused")),
          List.of(WARNING),
          "0.1.0",
          List.of("local:/var/backups", "offsite"),
          true);
  private static final RecoveryPoint POINT =
      new RecoveryPoint(
          Instant.parse("2024-01-15T14:30:00Z"),
          Optional.of("end-of-day"),
          Duration.ofMillis(3),
          Map.of("postgres", new RecoveryPoint.Sample("7431/00000001", 83886184, 83886184)));
  private static final RestorePlan PLAN =
      new RestorePlan(
          RestoreRequest.latest(),
          BACKUP,
          true,
          Optional.of(POINT),
          List.of(
              new RestorePlan.Step(
                  "postgres", "postgres", List.of(Path.of("/data")), 400, List.of(WARNING))),
          List.of(Finding.warning("redis", "is not in this backup", "")),
          100,
          Duration.ofSeconds(3));
  private static final ExpiryPlan EXPIRY =
      new ExpiryPlan(
          Instant.parse("2024-01-15T03:00:00Z"),
          List.of(
              new ExpiryPlan.DestinationPlan(
                  "local",
                  "7 daily",
                  List.of(
                      new ExpiryPlan.Decision(
                          BACKUP.backupId(),
                          ExpiryPlan.Fate.KEEP,
                          List.of("daily 2024-01-15"),
                          100)),
                  List.of(new ExpiryPlan.Removal("wal/", 2, 32, "nobody needs it")),
                  List.of(WARNING))));

  @Test
  void aBackup() throws IOException {
    JsonNode backup = parse(Json.backup(BACKUP, new Chains(List.of(BACKUP))));

    assertThat(names(backup))
        .containsExactly(
            "backupId",
            "kind",
            "parent",
            "chain",
            "system",
            "startedAt",
            "finishedAt",
            "durationMillis",
            "size",
            "plainSize",
            "degraded",
            "toolVersion",
            "spreadMillis",
            "destinations",
            "pinned",
            "sources",
            "missing",
            "findings");
    assertThat(names(backup.path("missing").path(0))).containsExactly("name", "type", "reason");
    assertThat(backup.path("backupId").asText()).isEqualTo("full-20240115-020000");
    assertThat(backup.path("parent").isNull()).isTrue();
    assertThat(backup.path("chain").toString())
        .isEqualTo("{\"root\":\"full-20240115-020000\",\"position\":1,\"length\":1}");
    assertThat(backup.path("sources").path(0).path("parent").isNull()).isTrue();
    assertThat(backup.path("finishedAt").asText()).isEqualTo("2024-01-15T02:00:07.500Z");
    assertThat(backup.path("durationMillis").asLong()).isEqualTo(7500);
    assertThat(backup.path("degraded").asBoolean()).isTrue();
    assertThat(names(backup.path("sources").path(0)))
        .containsExactly(
            "name", "type", "parent", "size", "plainSize", "asOf", "durationMillis", "attributes");
    assertThat(backup.path("sources").path(0).path("asOf").asText())
        .isEqualTo("2024-01-15T02:00:06.250Z");
    assertThat(backup.path("destinations").toString())
        .isEqualTo("[\"local:/var/backups\",\"offsite\"]");
    assertThat(backup.path("pinned").asBoolean()).isTrue();
    assertThat(backup.path("spreadMillis").asLong()).isZero();
    assertThat(backup.path("sources").path(0).path("attributes").path("b").asText()).isEqualTo("2");
    assertThat(names(backup.path("findings").path(0)))
        .containsExactly("severity", "subject", "message", "hint");
    assertThat(backup.path("findings").path(0).path("severity").asText()).isEqualTo("warning");
  }

  @Test
  void aListIsAnObjectThatCanGrow() throws IOException {
    assertThat(parse(Json.backups(List.of(), new Chains(List.of()), List.of())).toString())
        .isEqualTo("{\"backups\":[],\"damaged\":[]}");
    Chains chains = new Chains(List.of(BACKUP));
    assertThat(parse(Json.backups(List.of(BACKUP), chains, List.of())).path("backups")).hasSize(1);
  }

  @Test
  void aCheckIsOkUnlessThereIsAnError() throws IOException {
    Finding error = Finding.error("postgres", "no", "yes");

    assertThat(parse(Json.check(List.of(WARNING))).path("ok").asBoolean()).isTrue();
    assertThat(parse(Json.check(List.of(WARNING, error))).path("ok").asBoolean()).isFalse();
  }

  @Test
  void aPlannedRestoreHasNoReport() throws IOException {
    JsonNode restore = parse(Json.restore(PLAN));

    assertThat(names(restore)).containsExactly("executed", "plan");
    assertThat(restore.path("executed").asBoolean()).isFalse();
    assertThat(names(restore.path("plan")))
        .containsExactly(
            "backupId",
            "target",
            "replays",
            "point",
            "executable",
            "readBytes",
            "writeBytes",
            "predictedMillis",
            "steps",
            "findings");
    assertThat(restore.path("plan").path("target").toString())
        .isEqualTo("{\"kind\":\"newest\",\"value\":null}");
    assertThat(restore.path("plan").path("replays").asBoolean()).isTrue();
    assertThat(restore.path("plan").path("point").path("sources").toString())
        .isEqualTo(
            "{\"postgres\":{\"stream\":\"7431/00000001\","
                + "\"first\":83886184,\"last\":83886184}}");
    assertThat(restore.path("plan").path("findings").path(0).path("subject").asText())
        .isEqualTo("redis");
    assertThat(names(restore.path("plan").path("steps").path(0)))
        .containsExactly("source", "type", "targets", "bytes", "findings");
  }

  @Test
  void anExecutedRestoreHasPlanAndReport() throws IOException {
    RestoreReport report =
        new RestoreReport(
            BACKUP.backupId(),
            Optional.of(POINT),
            List.of(
                new RestoreReport.RestoredSource(
                    "postgres",
                    Optional.of(POINT.at()),
                    List.of(Path.of("/data")),
                    400,
                    Duration.ofSeconds(2),
                    List.of(),
                    List.of("start it"))),
            List.of(),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3));

    JsonNode restore = parse(Json.restore(PLAN, report));

    assertThat(names(restore)).containsExactly("executed", "plan", "report");
    assertThat(names(restore.path("report")))
        .containsExactly(
            "backupId",
            "point",
            "skewMillis",
            "bytes",
            "durationMillis",
            "predictedMillis",
            "sources",
            "findings");
    assertThat(names(restore.path("report").path("point")))
        .containsExactly("at", "name", "exact", "skewMillis", "sources");
    assertThat(restore.path("report").path("skewMillis").asLong()).isEqualTo(3);
    assertThat(names(restore.path("report").path("sources").path(0)))
        .containsExactly(
            "name", "reached", "targets", "bytes", "durationMillis", "findings", "nextSteps");
  }

  @Test
  void everyTargetHasAName() {
    assertThat(kindAndValue(new RestoreTarget.Newest())).isEqualTo("newest null");
    assertThat(kindAndValue(new RestoreTarget.Backup())).isEqualTo("backup null");
    assertThat(kindAndValue(new RestoreTarget.Time(POINT.at()))).startsWith("time 2024-");
    assertThat(kindAndValue(new RestoreTarget.Point("x"))).isEqualTo("point x");
    assertThat(kindAndValue(new RestoreTarget.Position(Lsn.parse("16/3002D50"))))
        .isEqualTo("lsn 16/3002D50");
    assertThat(kindAndValue(new RestoreTarget.Transaction(731))).isEqualTo("xid 731");
    assertThat(kindAndValue(new RestoreTarget.RestorePoint("y"))).isEqualTo("name y");
  }

  private static String kindAndValue(RestoreTarget target) {
    JsonNode node = ArchivingJson.target(target);
    return node.path("kind").asText() + " " + node.path("value").asText();
  }

  @Test
  void aReplication() throws IOException {
    ReplicationReport report =
        new ReplicationReport(
            List.of(
                new ReplicationReport.DestinationOutcome(
                    "offsite", List.of(BACKUP.backupId()), 3, 1, 100, List.of(WARNING))),
            Duration.ofSeconds(2));

    JsonNode replication = parse(Json.replication(report));

    assertThat(names(replication)).containsExactly("complete", "durationMillis", "destinations");
    assertThat(replication.path("complete").asBoolean()).isTrue();
    assertThat(replication.path("durationMillis").asLong()).isEqualTo(2000);
    JsonNode offsite = replication.path("destinations").path(0);
    assertThat(names(offsite))
        .containsExactly(
            "destination", "complete", "backups", "copied", "healed", "bytes", "findings");
    assertThat(offsite.path("backups").toString()).isEqualTo("[\"full-20240115-020000\"]");
    assertThat(offsite.path("copied").asLong()).isEqualTo(3);
    assertThat(offsite.path("healed").asLong()).isEqualTo(1);
    assertThat(offsite.path("findings")).hasSize(1);
  }

  @Test
  void aPlannedExpiryHasNoReport() throws IOException {
    JsonNode expiry = parse(Json.expiry(EXPIRY));

    assertThat(names(expiry)).containsExactly("executed", "plan");
    assertThat(expiry.path("executed").asBoolean()).isFalse();
    assertThat(names(expiry.path("plan"))).containsExactly("plannedAt", "destinations");
    assertThat(expiry.path("plan").path("plannedAt").asText()).isEqualTo("2024-01-15T03:00:00Z");
    JsonNode local = expiry.path("plan").path("destinations").path(0);
    assertThat(names(local))
        .containsExactly("destination", "policy", "backups", "objects", "findings");
    assertThat(local.path("backups").path(0).toString())
        .isEqualTo(
            "{\"backupId\":\"full-20240115-020000\",\"fate\":\"keep\","
                + "\"reasons\":[\"daily 2024-01-15\"],\"size\":100}");
    assertThat(local.path("objects").path(0).toString())
        .isEqualTo("{\"prefix\":\"wal/\",\"count\":2,\"bytes\":32,\"reason\":\"nobody needs it\"}");
  }

  @Test
  void anExecutedExpiryHasPlanAndReport() throws IOException {
    ExpiryReport report =
        new ExpiryReport(
            List.of(
                new ExpiryReport.DestinationOutcome(
                    "local", List.of(BACKUP.backupId()), 9, 100, List.of(WARNING))));

    JsonNode expiry = parse(Json.expiry(EXPIRY, report));

    assertThat(names(expiry)).containsExactly("executed", "plan", "report");
    assertThat(expiry.path("executed").asBoolean()).isTrue();
    assertThat(expiry.path("plan")).isEqualTo(parse(Json.expiry(EXPIRY)).path("plan"));
    assertThat(names(expiry.path("report"))).containsExactly("destinations");
    JsonNode local = expiry.path("report").path("destinations").path(0);
    assertThat(names(local))
        .containsExactly("destination", "expired", "objects", "bytes", "findings");
    assertThat(local.path("expired").toString()).isEqualTo("[\"full-20240115-020000\"]");
    assertThat(local.path("objects").asLong()).isEqualTo(9);
  }

  @Test
  void namesComeThroughWhateverTheEncoding() throws IOException {
    Finding finding = Finding.info("gr\u00fc\u00dfe", "\ud83d\ude80");

    String printed = Json.print(Json.check(List.of(finding)));

    assertThat(printed).matches("\\p{ASCII}*");
    assertThat(new JsonMapper().readTree(printed).path("findings").path(0).path("message").asText())
        .isEqualTo("\ud83d\ude80");
  }

  private static JsonNode parse(JsonNode node) throws IOException {
    return new JsonMapper().readTree(Json.print(node));
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
