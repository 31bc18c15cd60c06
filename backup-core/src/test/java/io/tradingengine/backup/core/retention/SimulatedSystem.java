package io.tradingengine.backup.core.retention;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.BackupKind;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.catalog.NotesSnapshot;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A database, a Redis and files that live on, hour by hour, fail over, are upgraded and set back,
 * are archived and backed up. Knows what each instant was, so that a test can tell whether a
 * restore could bring it back.
 */
final class SimulatedSystem {
  private static final long SEGMENT = Samples.SEGMENT;

  /**
   * A part of a way through timelines or streams.
   *
   * @param name the timeline or the replication id
   * @param from the position at which it branched off
   */
  record Part(String name, long from) {}

  /** What an instant was. */
  record Moment(
      Instant at,
      String systemId,
      List<Part> path,
      long lsn,
      List<Part> streams,
      long offset,
      Set<String> versions) {}

  final Map<BackupId, KnownBackup> backups = new TreeMap<>();
  final Map<String, ObjectInfo> objects = new TreeMap<>();
  final List<Moment> moments = new ArrayList<>();
  private final Random random;
  private final Map<String, Integer> timelines = new HashMap<>();
  private final SimulatedVersions versions;
  private Instant now;
  private String systemId = "1";
  private List<Part> path = List.of(new Part("1", 0));
  private long lsn = SEGMENT;
  private List<Part> streams = List.of(new Part("r1", 0));
  private int streamCount = 1;
  private long offset;
  private Optional<KnownBackup> last = Optional.empty();

  SimulatedSystem(Random random, Instant begin) {
    this.random = random;
    now = begin;
    versions = new SimulatedVersions(new Random(random.nextLong()), this::put);
    timelines.put(systemId, 1);
  }

  Instant now() {
    return now;
  }

  /** Lives for a day, with its accidents. */
  void liveADay() {
    for (int hour = 0; hour < 24; hour++) {
      now = now.plus(Duration.ofHours(1));
      accident(random.nextInt(1000));
      work();
      if (hour == 2 || hour % 6 == 5) {
        backUp(hour == 2);
      }
    }
  }

  private void accident(int kind) {
    if (kind < 4) {
      branch(path, lsn);
    } else if (kind < 7) {
      setBack();
    } else if (kind < 9) {
      systemId = Integer.toString(Integer.parseInt(systemId) + 1);
      timelines.put(systemId, 1);
      path = List.of(new Part("1", 0));
      lsn = SEGMENT;
      last = Optional.empty();
    } else if (kind < 15) {
      streams = append(streams, new Part("r" + ++streamCount, offset));
    } else if (kind < 19) {
      streams = List.of(new Part("r" + ++streamCount, 0));
      offset = 0;
    }
  }

  /** A new timeline begins at a position of the given way. */
  private void branch(List<Part> way, long at) {
    int timeline = timelines.merge(systemId, 1, Integer::sum);
    path = append(way, new Part(Integer.toString(timeline), at));
    lsn = at;
  }

  /** The database is restored to a moment of the last days. */
  private void setBack() {
    if (moments.isEmpty()) {
      return;
    }
    Moment moment = moments.get(Math.max(0, moments.size() - 1 - random.nextInt(60)));
    if (moment.systemId.equals(systemId)) {
      branch(moment.path, moment.lsn);
      last = Optional.empty();
    }
  }

  private static List<Part> append(List<Part> parts, Part part) {
    List<Part> longer = new ArrayList<>(parts);
    longer.add(part);
    return List.copyOf(longer);
  }

  private void work() {
    long before = lsn;
    lsn += random.nextInt((int) (3 * SEGMENT));
    String timeline = path.get(path.size() - 1).name();
    for (long number = before / SEGMENT; (number + 1) * SEGMENT <= lsn; number++) {
      put(Samples.segment(systemId, Long.parseLong(timeline), number));
    }
    long from = offset + 1;
    offset += 1 + random.nextInt(1000);
    put(slice(streams.get(streams.size() - 1).name(), from));
    moments.add(new Moment(now, systemId, path, lsn, streams, offset, versions.live(now)));
  }

  /** Ends are left open in this model, and are taken for the next one's beginning. */
  private String slice(String id, long from) {
    return "changes/redis/%s/%d-%d.cmd.zst.gpg".formatted(id, from, offset);
  }

  private void put(String key) {
    objects.put(key, new ObjectInfo(new ObjectKey(key), 1, now));
  }

  private void backUp(boolean full) {
    if (random.nextInt(20) == 0) {
      return; // It failed.
    }
    BackupId id = new BackupId(BackupKind.FULL, now);
    Instant begun = now;
    long start = lsn;
    now = now.plus(Duration.ofMinutes(30));
    work();
    List<Position> positions = new ArrayList<>();
    positions.add(
        new Position.Wal(
            "postgres",
            systemId,
            Long.parseLong(path.get(path.size() - 1).name()),
            new Lsn(start),
            new Lsn(lsn),
            Samples.SEGMENT));
    if (random.nextInt(25) > 0) {
      positions.add(new Position.Commands("redis", streams.get(streams.size() - 1).name(), offset));
    }
    Optional<BackupId> parent =
        full
            ? Optional.empty()
            : last.filter(each -> backups.containsKey(each.id())).map(KnownBackup::id);
    boolean usable = random.nextInt(15) > 0;
    KnownBackup backup = new KnownBackup(id, begun, now, parent, 1, usable, positions);
    backups.put(id, backup);
    if (full || random.nextBoolean()) {
      last = Optional.of(backup);
    }
  }

  History history() {
    return new History(
        "model",
        List.copyOf(backups.values()),
        new NotesSnapshot(List.of()),
        Set.of(),
        List.copyOf(objects.values()));
  }

  void execute(RetentionPlan plan) {
    plan.doomed().forEach(each -> backups.remove(each.id()));
    plan.groups().stream()
        .flatMap(group -> group.objects().stream())
        .forEach(object -> objects.remove(object.key().value()));
  }

  boolean restorable(KnownBackup backup) {
    KnownBackup parent = backup.parent().map(backups::get).orElse(null);
    return backup.usable() && (backup.parent().isEmpty() || (parent != null && restorable(parent)));
  }

  /** Whether PostgreSQL could be brought back as it was, as far as its segments were complete. */
  boolean reachesDatabase(Moment moment) {
    return backups.values().stream()
        .filter(this::restorable)
        .flatMap(each -> Fates.wal(each).stream())
        .anyMatch(at -> at.systemId().equals(moment.systemId) && follows(at, moment));
  }

  private boolean follows(Position.Wal at, Moment moment) {
    int part = part(moment.path, Long.toString(at.timeline()));
    if (part < 0
        || at.stop().value() > moment.lsn
        || (part + 1 < moment.path.size()
            && at.stop().value() > moment.path.get(part + 1).from())) {
      return false;
    }
    for (long number = at.firstSegment(); number < moment.lsn / SEGMENT; number++) {
      long segment = number;
      String owner =
          moment.path.stream()
              .filter(each -> each.from() / SEGMENT <= segment)
              .reduce((one, other) -> other)
              .orElseThrow()
              .name();
      if (!objects.containsKey(Samples.segment(moment.systemId, Long.parseLong(owner), number))) {
        return false;
      }
    }
    return true;
  }

  private static int part(List<Part> path, String name) {
    for (int i = 0; i < path.size(); i++) {
      if (path.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether files and state could be brought back as they were. */
  boolean reachesFiles(Moment moment) {
    return objects.keySet().containsAll(moment.versions);
  }

  /** The moments to which Redis could be brought back. */
  List<Moment> reachableOfRedis(List<Moment> moments) {
    Map<String, Map<Long, Long>> slices = slices();
    return moments.stream().filter(each -> reachesRedis(each, slices)).toList();
  }

  private Map<String, Map<Long, Long>> slices() {
    Map<String, Map<Long, Long>> slices = new HashMap<>();
    for (String key : objects.keySet()) {
      if (key.startsWith("changes/redis/")) {
        String[] parts = key.split("[/-]|\\.cmd", -1);
        slices
            .computeIfAbsent(parts[2], id -> new HashMap<>())
            .put(Long.parseLong(parts[3]), Long.parseLong(parts[4]));
      }
    }
    return slices;
  }

  private boolean reachesRedis(Moment moment, Map<String, Map<Long, Long>> slices) {
    return backups.values().stream()
        .filter(this::restorable)
        .flatMap(each -> each.positions().stream())
        .anyMatch(at -> at instanceof Position.Commands c && follows(c, moment, slices));
  }

  private static boolean follows(
      Position.Commands at, Moment moment, Map<String, Map<Long, Long>> slices) {
    int part = part(moment.streams, at.replicationId());
    long position = at.offset();
    if (part < 0
        || (part + 1 < moment.streams.size() && position > moment.streams.get(part + 1).from())) {
      return false;
    }
    while (position < moment.offset) {
      while (part + 1 < moment.streams.size() && moment.streams.get(part + 1).from() <= position) {
        part++;
      }
      Long end = slices.getOrDefault(moment.streams.get(part).name(), Map.of()).get(position + 1);
      if (end == null) {
        return false;
      }
      position = end;
    }
    return position == moment.offset;
  }
}
