package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.RedisState.Position;
import io.tradingengine.backup.spi.Goal;
import io.tradingengine.backup.spi.Replay;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Finds out which slices of a command stream take a snapshot to a goal. Used once. */
final class CommandRoute {
  private final String source;
  private final Map<String, NavigableMap<Long, CommandName.Slice>> slices = new HashMap<>();
  private final Map<String, CommandName.Link> links = new HashMap<>();

  /** The stream that goes on where one was left. */
  private final Map<String, CommandName.Link> followers = new HashMap<>();

  private final List<Span> spans = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /**
   * A part of a slice.
   *
   * @param name the piece
   * @param skip bytes of it to pass over
   * @param take bytes of it to apply then
   */
  record Span(String name, long skip, long take) {}

  /**
   * A way.
   *
   * @param start where the snapshot stands
   * @param end where it leads to
   * @param spans what is applied, in order
   * @param findings what stands in the way
   */
  record Way(Position start, Position end, List<Span> spans, List<Finding> findings) {
    Way {
      spans = List.copyOf(spans);
      findings = List.copyOf(findings);
    }

    Replay.Route route() {
      return new Replay.Route(spans.stream().map(Span::name).toList(), findings);
    }

    long bytes() {
      return spans.stream().mapToLong(Span::take).sum();
    }
  }

  CommandRoute(String source, Collection<String> names) {
    this.source = source;
    for (String name : names) {
      CommandName.parse(name).ifPresent(this::add);
    }
  }

  static Way find(String source, SourceState state, Replay replay) throws IOException {
    Optional<Position> start = StreamEnd.ofCapture(state);
    CommandRoute route = new CommandRoute(source, replay.changes().names());
    if (start.isEmpty()) {
      Position nowhere = new Position("0".repeat(40), 0);
      Finding problem =
          replay.goal() instanceof Goal.End
              ? Finding.warning(
                  source, "is restored as the snapshot has it, which is in no stream", "")
              : Finding.error(
                  source,
                  "the snapshot is no point of a command stream (a cluster, or copied key by key)",
                  "restore " + source + " as the backup has it, or the others without it");
      return new Way(nowhere, nowhere, List.of(), List.of(problem));
    }
    return route.from(start.get(), replay.goal());
  }

  private void add(CommandName name) {
    if (name instanceof CommandName.Slice slice) {
      slices
          .computeIfAbsent(slice.id(), id -> new TreeMap<>())
          .merge(slice.from(), slice, (one, other) -> one.to() >= other.to() ? one : other);
    } else if (name instanceof CommandName.Link link) {
      links.put(link.id(), link);
      followers.put(link.before(), link);
    }
  }

  private Way from(Position start, Goal goal) {
    if (goal instanceof Goal.At at) {
      Position end = new Position(at.position().stream(), at.position().offset());
      return to(start, end);
    }
    if (goal instanceof Goal.End) {
      return toTheEnd(start);
    }
    return blocked(
        start,
        "Redis knows neither times nor transactions",
        "restore it to a recovery point, or the others without it");
  }

  private Way blocked(Position start, String message, String hint) {
    return new Way(start, start, List.of(), List.of(Finding.error(source, message, hint)));
  }

  private Way to(Position start, Position goal) {
    List<String> chain = chain(start.replicationId(), goal.replicationId());
    if (chain.isEmpty()) {
      return blocked(
          start,
          "no archived stream leads from the snapshot ("
              + start.replicationId()
              + ") to the recovery point ("
              + goal.replicationId()
              + "): the server was restarted or replaced in between",
          "restore to a moment before that, or to one after the next full backup");
    }
    if (goal.offset() < start.offset()) {
      return blocked(
          start,
          "the recovery point is at offset "
              + goal.offset()
              + ", and the snapshot at "
              + start.offset(),
          "it needs an earlier backup");
    }
    long at = start.offset();
    for (int i = 0; i < chain.size(); i++) {
      boolean last = i == chain.size() - 1;
      long until = last ? goal.offset() : linkOf(chain.get(i + 1)).offset();
      at = collect(chain.get(i), at, until);
      if (at < until) {
        findings.add(gap(chain.get(i), at, until));
        break;
      }
    }
    return new Way(start, goal, spans, findings);
  }

  private CommandName.Link linkOf(String id) {
    CommandName.Link link = links.get(id);
    if (link == null) {
      throw new IllegalStateException(id + " is in no chain");
    }
    return link;
  }

  /** The streams from one to another, both included; empty if there is no way. */
  private List<String> chain(String from, String to) {
    List<String> backwards = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    String id = to;
    while (seen.add(id)) {
      backwards.add(0, id);
      if (id.equals(from)) {
        return backwards;
      }
      CommandName.Link link = links.get(id);
      if (link == null) {
        return List.of();
      }
      id = link.before();
    }
    return List.of();
  }

  private Way toTheEnd(Position start) {
    String id = start.replicationId();
    Set<String> seen = new HashSet<>();
    long at = start.offset();
    while (seen.add(id)) {
      CommandName.Link next = followers.get(id);
      at = collect(id, at, next == null ? Long.MAX_VALUE : next.offset());
      if (next == null || at < next.offset()) {
        break;
      }
      id = next.id();
    }
    boolean hole = slices.getOrDefault(id, new TreeMap<>()).higherKey(at + 1) != null;
    findings.add(
        hole
            ? gap(id, at, at + 1)
            : Finding.info(source, "the archived commands go to offset " + at));
    return new Way(start, new Position(id, at), spans, findings);
  }

  /** Takes the slices that follow without a gap; returns how far they go. */
  private long collect(String id, long after, long until) {
    NavigableMap<Long, CommandName.Slice> known = slices.getOrDefault(id, new TreeMap<>());
    long at = after;
    while (at < until) {
      long next = at + 1;
      Optional<CommandName.Slice> best =
          known.headMap(next, true).values().stream()
              .max((one, other) -> Long.compare(one.to(), other.to()));
      if (best.isEmpty() || best.get().to() < next) {
        return at;
      }
      CommandName.Slice slice = best.get();
      long end = Math.min(slice.to(), until);
      spans.add(
          new Span(CommandName.slice(id, slice.from(), slice.to()), next - slice.from(), end - at));
      at = end;
    }
    return at;
  }

  private Finding gap(String id, long at, long until) {
    return Finding.error(
        source,
        "the archived commands have a gap: they end at offset "
            + at
            + " of "
            + id
            + ", and "
            + until
            + " is needed",
        "restore to a moment before it, or to one after the next full backup");
  }
}
