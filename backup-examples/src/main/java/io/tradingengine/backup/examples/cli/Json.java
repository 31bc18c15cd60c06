package io.tradingengine.backup.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.ExpiryPlan;
import io.tradingengine.backup.ExpiryReport;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.ReplicationReport;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code --json} prints. The names are a promise to scripts: fields may be added, and none is
 * renamed, removed or given another unit. Sizes are bytes, times ISO 8601 in UTC, durations
 * milliseconds, severities {@code info}, {@code warning} or {@code error}. The attributes of a
 * source that can tell have {@code point-in-time}, {@code yes} or {@code no}.
 *
 * <pre>
 * check           {ok, findings: [finding]}
 * full, incremental, show  backup
 * merge           backup; {backupId: null} where there was nothing to merge
 * list            {backups: [backup]}, oldest first
 * restore         {executed, plan}, and report where it was executed
 * replicate       {complete, durationMillis, destinations: [replica]}
 * expire          {executed, plan: expiry}, and report: removal where it was executed
 *
 * backup   {backupId, kind, parent, chain, system, startedAt, finishedAt, durationMillis, size,
 *           plainSize, degraded, toolVersion, spreadMillis, destinations, pinned,
 *           sources: [{name, type, parent, size, plainSize, asOf, durationMillis, attributes}],
 *           missing: [{name, type, reason}], findings: [finding]}
 * chain    {root, position, length}; null if something that the backup builds on is missing
 * finding  {severity, subject, message, hint}
 * plan     {backupId, target, replays, point, executable, readBytes, writeBytes, predictedMillis,
 *           steps: [{source, type, targets, bytes, findings}], findings: [finding]}
 * report   {backupId, point, skewMillis, bytes, durationMillis, predictedMillis,
 *           sources: [{name, reached, targets, bytes, durationMillis, findings, nextSteps}],
 *           findings: [finding]}; point, skewMillis and reached may be null
 * replica  {destination, complete, backups, copied, healed, bytes, findings: [finding]}
 * expiry   {plannedAt,
 *           destinations: [{destination, policy, backups: [{backupId, fate, reasons, size}],
 *             objects: [{prefix, count, bytes, reason}], findings: [finding]}]}
 * removal  {destinations: [{destination, expired, objects, bytes, findings: [finding]}]}
 * </pre>
 *
 * <p>A parent is the id of the backup that is built on, and null for what stands on its own: a full
 * backup, or one source of an incremental one. A chain's root is the id of its full backup, its
 * position the number of backups that a restore needs, and its length the number of those there
 * are.
 *
 * <p>What {@link ArchivingJson} prints is described there. The destinations of a backup are names,
 * the nearest first; those of all else are in the order configured. A fate is {@code keep} or
 * {@code expire}; {@code backups} of a replica and {@code expired} are backups' ids, {@code
 * copied}, {@code healed}, {@code count} and {@code objects} of a removal are numbers of objects.
 */
final class Json {
  /** Plain ASCII comes through whatever the terminal's encoding. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private Json() {}

  static String print(JsonNode node) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  /** That no backup was made. */
  static ObjectNode noBackup() {
    return MAPPER.createObjectNode().putNull("backupId");
  }

  /** On one line. */
  static String line(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ObjectNode check(List<Finding> findings) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("ok", ExitCode.of(findings) != ExitCode.FAILED);
    node.set("findings", findings(findings));
    return node;
  }

  static ObjectNode backups(List<BackupMetadata> backups, Chains chains, List<Finding> damaged) {
    ObjectNode node = MAPPER.createObjectNode();
    ArrayNode array = node.putArray("backups");
    backups.forEach(backup -> array.add(backup(backup, chains)));
    node.set("damaged", findings(damaged));
    return node;
  }

  static ObjectNode backup(BackupMetadata backup, Chains chains) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("backupId", backup.backupId().toString());
    node.put("kind", backup.kind().label());
    node.put("parent", backup.parent().map(BackupId::toString).orElse(null));
    node.set("chain", chain(chains.place(backup)));
    node.put("system", backup.system());
    node.put("startedAt", backup.startedAt().toString());
    node.put("finishedAt", backup.finishedAt().toString());
    node.put("durationMillis", backup.duration().toMillis());
    node.put("size", backup.size());
    node.put("plainSize", backup.plainSize());
    node.put("degraded", backup.degraded());
    node.put("toolVersion", backup.toolVersion());
    node.put("spreadMillis", backup.spread().toMillis());
    ArrayNode destinations = node.putArray("destinations");
    backup.destinations().forEach(destinations::add);
    node.put("pinned", backup.pinned());
    ArrayNode sources = node.putArray("sources");
    backup.sources().forEach(source -> sources.add(source(source)));
    ArrayNode missing = node.putArray("missing");
    for (BackupMetadata.MissingSource each : backup.missing()) {
      missing
          .addObject()
          .put("name", each.name())
          .put("type", each.type())
          .put("reason", each.reason());
    }
    node.set("findings", findings(backup.findings()));
    return node;
  }

  private static JsonNode chain(Optional<Chains.Place> place) {
    if (place.isEmpty()) {
      return MAPPER.nullNode();
    }
    return MAPPER
        .createObjectNode()
        .put("root", place.get().full().backupId().toString())
        .put("position", place.get().position())
        .put("length", place.get().length());
  }

  private static ObjectNode source(BackupMetadata.SourceSummary source) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("name", source.name());
    node.put("type", source.type());
    node.put("parent", source.parent().map(BackupId::toString).orElse(null));
    node.put("size", source.size());
    node.put("plainSize", source.plainSize());
    node.put("asOf", source.asOf().toString());
    node.put("durationMillis", source.duration().toMillis());
    ObjectNode attributes = node.putObject("attributes");
    new TreeMap<>(source.attributes()).forEach(attributes::put);
    return node;
  }

  /** A restore that was planned, and not executed. */
  static ObjectNode restore(RestorePlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("executed", false);
    node.set("plan", plan(plan));
    return node;
  }

  /** A restore that was executed. */
  static ObjectNode restore(RestorePlan plan, RestoreReport report) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("executed", true);
    node.set("plan", plan(plan));
    node.set("report", report(report));
    return node;
  }

  private static ObjectNode plan(RestorePlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("backupId", plan.backup().backupId().toString());
    node.set("target", ArchivingJson.target(plan.request().target()));
    node.put("replays", plan.replays());
    node.set("point", point(plan.point()));
    node.put("executable", plan.executable());
    node.put("readBytes", plan.readBytes());
    node.put("writeBytes", plan.writeBytes());
    node.put("predictedMillis", plan.predicted().toMillis());
    ArrayNode steps = node.putArray("steps");
    for (RestorePlan.Step step : plan.steps()) {
      ObjectNode each = steps.addObject();
      each.put("source", step.source());
      each.put("type", step.type());
      each.set("targets", paths(step.targets()));
      each.put("bytes", step.bytes());
      each.set("findings", findings(step.findings()));
    }
    node.set("findings", findings(plan.findings()));
    return node;
  }

  private static ObjectNode report(RestoreReport report) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("backupId", report.backupId().toString());
    node.set("point", point(report.point()));
    node.put("skewMillis", report.skew().map(Duration::toMillis).orElse(null));
    node.put("bytes", report.bytes());
    node.put("durationMillis", report.duration().toMillis());
    node.put("predictedMillis", report.predicted().toMillis());
    ArrayNode sources = node.putArray("sources");
    for (RestoreReport.RestoredSource source : report.sources()) {
      ObjectNode each = sources.addObject();
      each.put("name", source.name());
      each.put("reached", source.reached().map(Instant::toString).orElse(null));
      each.set("targets", paths(source.targets()));
      each.put("bytes", source.bytes());
      each.put("durationMillis", source.duration().toMillis());
      each.set("findings", findings(source.findings()));
      ArrayNode nextSteps = each.putArray("nextSteps");
      source.nextSteps().forEach(nextSteps::add);
    }
    node.set("findings", findings(report.findings()));
    return node;
  }

  private static JsonNode point(Optional<RecoveryPoint> point) {
    return point.isPresent() ? ArchivingJson.point(point.get()) : MAPPER.nullNode();
  }

  static ObjectNode replication(ReplicationReport report) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("complete", report.complete());
    node.put("durationMillis", report.duration().toMillis());
    ArrayNode destinations = node.putArray("destinations");
    for (ReplicationReport.DestinationOutcome outcome : report.destinations()) {
      ObjectNode each = destinations.addObject();
      each.put("destination", outcome.destination());
      each.put("complete", outcome.complete());
      each.set("backups", ids(outcome.backups()));
      each.put("copied", outcome.copied());
      each.put("healed", outcome.healed());
      each.put("bytes", outcome.bytes());
      each.set("findings", findings(outcome.findings()));
    }
    return node;
  }

  /** A removal that was planned, and not executed. */
  static ObjectNode expiry(ExpiryPlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("executed", false);
    node.set("plan", expiryPlan(plan));
    return node;
  }

  /** A removal that was executed. */
  static ObjectNode expiry(ExpiryPlan plan, ExpiryReport report) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("executed", true);
    node.set("plan", expiryPlan(plan));
    ArrayNode destinations = node.putObject("report").putArray("destinations");
    for (ExpiryReport.DestinationOutcome outcome : report.destinations()) {
      ObjectNode each = destinations.addObject();
      each.put("destination", outcome.destination());
      each.set("expired", ids(outcome.expired()));
      each.put("objects", outcome.objects());
      each.put("bytes", outcome.bytes());
      each.set("findings", findings(outcome.findings()));
    }
    return node;
  }

  private static ObjectNode expiryPlan(ExpiryPlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("plannedAt", plan.plannedAt().toString());
    ArrayNode destinations = node.putArray("destinations");
    for (ExpiryPlan.DestinationPlan destination : plan.destinations()) {
      ObjectNode each = destinations.addObject();
      each.put("destination", destination.destination());
      each.put("policy", destination.policy());
      ArrayNode backups = each.putArray("backups");
      destination.backups().forEach(decision -> backups.add(decision(decision)));
      ArrayNode objects = each.putArray("objects");
      for (ExpiryPlan.Removal removal : destination.objects()) {
        objects
            .addObject()
            .put("prefix", removal.prefix())
            .put("count", removal.count())
            .put("bytes", removal.bytes())
            .put("reason", removal.reason());
      }
      each.set("findings", findings(destination.findings()));
    }
    return node;
  }

  private static ObjectNode decision(ExpiryPlan.Decision decision) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("backupId", decision.backup().toString());
    node.put("fate", decision.fate().name().toLowerCase(Locale.ROOT));
    ArrayNode reasons = node.putArray("reasons");
    decision.reasons().forEach(reasons::add);
    node.put("size", decision.size());
    return node;
  }

  private static ArrayNode ids(List<BackupId> ids) {
    ArrayNode array = MAPPER.createArrayNode();
    ids.forEach(id -> array.add(id.toString()));
    return array;
  }

  private static ArrayNode paths(List<Path> paths) {
    ArrayNode array = MAPPER.createArrayNode();
    paths.forEach(path -> array.add(path.toString()));
    return array;
  }

  static ArrayNode findings(List<Finding> findings) {
    ArrayNode array = MAPPER.createArrayNode();
    for (Finding finding : findings) {
      ObjectNode node = array.addObject();
      node.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
      node.put("subject", finding.subject());
      node.put("message", finding.message());
      node.put("hint", finding.hint());
    }
    return array;
  }
}
