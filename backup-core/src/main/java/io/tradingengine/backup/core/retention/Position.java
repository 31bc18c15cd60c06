package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupMetadata.SourceSummary;
import io.tradingengine.backup.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Where a source's stream of changes stood when a backup was taken. Immutable. */
public sealed interface Position {

  /** The source's name. */
  String source();

  /** Which stream of the source it is a position in: a cluster's timeline, or a replication id. */
  default Optional<String> stream() {
    return Optional.empty();
  }

  /**
   * A position in PostgreSQL's write-ahead log.
   *
   * @param source the source's name
   * @param systemId the cluster's number, in decimal
   * @param timeline the timeline
   * @param start the first position that the backup needs
   * @param stop the position at which it is consistent
   * @param segmentSize bytes of a segment; a power of two from 1 MiB to 1 GiB
   */
  record Wal(String source, String systemId, long timeline, Lsn start, Lsn stop, int segmentSize)
      implements Position {
    private static final int SMALLEST = 1 << 20;
    private static final int LARGEST = 1 << 30;

    public Wal {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(systemId, "systemId");
      if (timeline < 1 || timeline > 0xFFFF_FFFFL || stop.compareTo(start) < 0) {
        throw new IllegalArgumentException(
            "not a range of WAL: timeline " + timeline + ", " + start + " to " + stop);
      }
      if (segmentSize < SMALLEST || segmentSize > LARGEST || Integer.bitCount(segmentSize) != 1) {
        throw new IllegalArgumentException("not the size of a WAL segment: " + segmentSize);
      }
    }

    @Override
    public Optional<String> stream() {
      return Optional.of(systemId + "/" + timeline);
    }

    /** The number of the segment that holds the start, counted through all logs. */
    long firstSegment() {
      return Long.divideUnsigned(start.value(), segmentSize);
    }

    /** The number of the segment that holds the stop. */
    long lastSegment() {
      return Long.divideUnsigned(stop.value(), segmentSize);
    }
  }

  /**
   * A position in a Redis server's replication stream; a cluster has several.
   *
   * @param source the source's name
   * @param replicationId which stream
   * @param offset bytes since its beginning
   */
  record Commands(String source, String replicationId, long offset) implements Position {
    public Commands {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(replicationId, "replicationId");
    }

    @Override
    public Optional<String> stream() {
      return Optional.of(replicationId);
    }
  }

  /**
   * The source was backed up, but nobody knows where its stream stood.
   *
   * @param source the source's name
   */
  record Unknown(String source) implements Position {
    public Unknown {
      Objects.requireNonNull(source, "source");
    }
  }

  /** What a manifest says of a source; empty for one that has no stream of changes. */
  static List<Position> of(SourceSummary summary) {
    return switch (summary.type()) {
      case "postgres" -> List.of(wal(summary.name(), summary.attributes()));
      case "redis" -> commands(summary.name(), summary.attributes());
      default -> List.of();
    };
  }

  private static Position wal(String source, Map<String, String> attributes) {
    try {
      return new Wal(
          source,
          required(attributes, "system-identifier"),
          Long.parseLong(required(attributes, "timeline")),
          Lsn.parse(required(attributes, "start-lsn")),
          Lsn.parse(required(attributes, "stop-lsn")),
          Integer.parseInt(required(attributes, "wal-segment-size")));
    } catch (IllegalArgumentException e) {
      return new Unknown(source); // Then none of its WAL is removed.
    }
  }

  private static List<Position> commands(String source, Map<String, String> attributes) {
    try {
      if (!attributes.containsKey("shards")) {
        return List.of(stream(source, attributes, ""));
      }
      List<Position> shards = new ArrayList<>();
      int count = Integer.parseInt(required(attributes, "shards"));
      for (int shard = 1; shard <= count; shard++) {
        shards.add(stream(source, attributes, "shard-" + shard + "."));
      }
      return shards;
    } catch (IllegalArgumentException e) {
      return List.of(new Unknown(source));
    }
  }

  private static Position stream(String source, Map<String, String> attributes, String prefix) {
    // What was copied key by key has neither.
    return attributes.containsKey(prefix + "replication-id")
        ? new Commands(
            source,
            required(attributes, prefix + "replication-id"),
            Long.parseLong(required(attributes, prefix + "offset")))
        : new Unknown(source);
  }

  private static String required(Map<String, String> attributes, String name) {
    String value = attributes.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the manifest lacks the attribute '" + name + "'");
    }
    return value;
  }
}
