package io.tradingengine.backup.core.point;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RecoveryPoint.Sample;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Recovery points as lines of JSON, one each; docs/format.md has the form. Thread-safe. */
public final class PointCodec {
  private static final Set<String> FIELDS = Set.of("at", "name", "skewMicros", "sources");
  private static final Set<String> SAMPLE_FIELDS = Set.of("stream", "first", "last");

  private final ObjectMapper mapper =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Points as they are stored. */
  public byte[] encode(List<RecoveryPoint> points) {
    StringBuilder lines = new StringBuilder();
    for (RecoveryPoint point : points) {
      ObjectNode line = mapper.createObjectNode();
      line.put("at", point.at().toString());
      point.name().ifPresent(name -> line.put("name", name));
      line.put("skewMicros", point.skew().toNanos() / 1000);
      ObjectNode sources = line.putObject("sources");
      point
          .sources()
          .forEach(
              (name, sample) ->
                  sources
                      .putObject(name)
                      .put("stream", sample.stream())
                      .put("first", sample.first())
                      .put("last", sample.last()));
      lines.append(line).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Points that were stored, in their order.
   *
   * @param key the object's name, for messages
   * @throws IntegrityException if it is anything else
   */
  public List<RecoveryPoint> decode(byte[] bytes, String key) {
    List<RecoveryPoint> points = new ArrayList<>();
    try {
      for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
        points.add(point(mapper.readTree(line)));
      }
      return points;
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException(
          key, "holds something else than recovery points: " + e.getMessage(), e);
    }
  }

  private static RecoveryPoint point(JsonNode line) {
    requireFields(line, FIELDS);
    Map<String, Sample> sources = new TreeMap<>();
    JsonNode all = line.path("sources");
    require(all.isObject(), "its sources are no object");
    for (Map.Entry<String, JsonNode> each : all.properties()) {
      sources.put(each.getKey(), sample(each.getValue()));
    }
    Optional<String> name = line.has("name") ? Optional.of(text(line, "name")) : Optional.empty();
    return new RecoveryPoint(
        Instant.parse(text(line, "at")),
        name,
        Duration.ofNanos(number(line, "skewMicros") * 1000),
        sources);
  }

  private static Sample sample(JsonNode node) {
    requireFields(node, SAMPLE_FIELDS);
    return new Sample(text(node, "stream"), number(node, "first"), number(node, "last"));
  }

  private static void requireFields(JsonNode node, Set<String> known) {
    require(node.isObject(), "a line is no object");
    node.fieldNames().forEachRemaining(name -> require(known.contains(name), name + " is unknown"));
  }

  private static String text(JsonNode node, String field) {
    require(node.path(field).isTextual(), field + " is no text");
    return node.path(field).textValue();
  }

  private static long number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    require(value.canConvertToLong() && value.isIntegralNumber(), field + " is no whole number");
    require(value.longValue() >= 0, field + " is negative");
    return value.longValue();
  }

  private static void require(boolean right, String problem) {
    if (!right) {
      throw new IllegalArgumentException(problem);
    }
  }
}
