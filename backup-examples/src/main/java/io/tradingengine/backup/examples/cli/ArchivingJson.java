package io.tradingengine.backup.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tradingengine.backup.ArchivingStatus;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RestoreTarget;
import java.util.List;
import java.util.Locale;

/**
 * What {@code --json} prints of archiving, recovery points and targets; what {@link Json} promises
 * goes for it, too.
 *
 * <pre>
 * list --points   {points: [point]}, oldest first
 * archive         status, one a line
 *
 * point    {at, name, exact, skewMillis, sources: {NAME: {stream, first, last}}}; name may be null
 * target   {kind, value}: newest, backup, time, point, lsn, xid or name; value is null for the
 *          first two
 * status   {at, exposureMillis, spoolBytes, lastPoint: point, fullBackupDue,
 *           sources: [{name, activity, received, durable, shipped, behindBytes}],
 *           destinations: [{name, waiting, waitingBytes, lagMillis, failure}],
 *           findings: [finding]}; exposureMillis, lastPoint, fullBackupDue, behindBytes and
 *          failure may be null
 * </pre>
 *
 * <p>An activity is {@code connecting}, {@code following}, {@code waiting} or {@code stopped}.
 */
final class ArchivingJson {
  private ArchivingJson() {}

  static ObjectNode points(List<RecoveryPoint> points) {
    ObjectNode node = Json.object();
    ArrayNode array = node.putArray("points");
    points.forEach(point -> array.add(point(point)));
    return node;
  }

  static ObjectNode point(RecoveryPoint point) {
    ObjectNode node = Json.object();
    node.put("at", point.at().toString());
    node.put("name", point.name().orElse(null));
    node.put("exact", point.exact());
    node.put("skewMillis", point.skew().toMillis());
    ObjectNode sources = node.putObject("sources");
    point
        .sources()
        .forEach(
            (name, sample) ->
                sources
                    .putObject(name)
                    .put("stream", sample.stream())
                    .put("first", sample.first())
                    .put("last", sample.last()));
    return node;
  }

  static ObjectNode target(RestoreTarget target) {
    if (target instanceof RestoreTarget.Time time) {
      return target("time", time.instant().toString());
    } else if (target instanceof RestoreTarget.Point point) {
      return target("point", point.name());
    } else if (target instanceof RestoreTarget.Position position) {
      return target("lsn", position.lsn().toString());
    } else if (target instanceof RestoreTarget.Transaction transaction) {
      return target("xid", Long.toString(transaction.id()));
    } else if (target instanceof RestoreTarget.RestorePoint point) {
      return target("name", point.name());
    }
    ObjectNode node = Json.object();
    node.put("kind", target instanceof RestoreTarget.Backup ? "backup" : "newest");
    node.putNull("value");
    return node;
  }

  private static ObjectNode target(String kind, String value) {
    return Json.object().put("kind", kind).put("value", value);
  }

  static ObjectNode status(ArchivingStatus status) {
    ObjectNode node = Json.object();
    node.put("at", status.at().toString());
    node.put("exposureMillis", status.exposure().map(each -> each.toMillis()).orElse(null));
    node.put("spoolBytes", status.spoolBytes());
    status
        .lastPoint()
        .ifPresentOrElse(
            point -> node.set("lastPoint", point(point)), () -> node.putNull("lastPoint"));
    node.put("fullBackupDue", status.fullBackupDue().orElse(null));
    ArrayNode sources = node.putArray("sources");
    for (ArchivingStatus.SourceStatus source : status.sources()) {
      ObjectNode each = sources.addObject();
      each.put("name", source.name());
      each.put("activity", source.activity().name().toLowerCase(Locale.ROOT));
      each.put("received", source.received());
      each.put("durable", source.durable());
      each.put("shipped", source.shipped());
      if (source.behind().isPresent()) {
        each.put("behindBytes", source.behind().getAsLong());
      } else {
        each.putNull("behindBytes");
      }
    }
    ArrayNode destinations = node.putArray("destinations");
    for (ArchivingStatus.DestinationStatus destination : status.destinations()) {
      destinations
          .addObject()
          .put("name", destination.name())
          .put("waiting", destination.waiting())
          .put("waitingBytes", destination.waitingBytes())
          .put("lagMillis", destination.lag().toMillis())
          .put("failure", destination.failure().orElse(null));
    }
    node.set("findings", Json.findings(status.findings()));
    return node;
  }
}
