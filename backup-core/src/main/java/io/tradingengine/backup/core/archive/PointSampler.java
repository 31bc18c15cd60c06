package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RecoveryPoint;
import io.tradingengine.backup.RecoveryPoint.Sample;
import io.tradingengine.backup.spi.ContinuousSource;
import io.tradingengine.backup.spi.ContinuousSource.PositionSampler;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.Timing;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Samples where all sources stand. What is derived (Redis, a snapshot's state is that of its
 * beginning) is asked before and after the record (PostgreSQL): a restore takes the first answer,
 * so that it never holds what the record does not. Used by one thread at a time.
 */
final class PointSampler implements Closeable {
  private static final String CLOCK = "clock";
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private final List<ContinuousSource> derived;
  private final List<ContinuousSource> records;
  private final Map<String, Following> followings;
  private final List<Versions> versions;
  private final Clock clock;
  private final Map<String, PositionSampler> samplers = new HashMap<>();
  private final Alarms alarms;
  private Instant last = Instant.MIN;

  PointSampler(
      List<ContinuousSource> sources,
      Map<String, Following> followings,
      List<Versions> versions,
      Clock clock,
      Alarms alarms) {
    this.alarms = alarms;
    this.derived = sources.stream().filter(each -> each.timing() == Timing.AT_START).toList();
    this.records = sources.stream().filter(each -> each.timing() == Timing.AT_END).toList();
    this.followings = followings;
    this.versions = versions;
    this.clock = clock;
  }

  /** What a source could not be asked for. */
  private static final class NotSampledException extends IOException {
    private static final long serialVersionUID = 1L;

    NotSampledException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Samples; empty if a source does not answer, which is an alarm of that source. */
  Optional<RecoveryPoint> sample(Optional<String> name) throws InterruptedException {
    try {
      Instant at = monotonic(clock.instant());
      long begin = System.nanoTime();
      Map<String, StreamPosition> first = positions(derived);
      first.putAll(positions(records));
      Map<String, StreamPosition> second = positions(derived);
      Duration skew = Duration.ofNanos(System.nanoTime() - begin).truncatedTo(ChronoUnit.MICROS);
      Map<String, Sample> samples = new TreeMap<>();
      for (Map.Entry<String, StreamPosition> each : first.entrySet()) {
        StreamPosition from = each.getValue();
        StreamPosition to = second.getOrDefault(each.getKey(), from);
        if (!to.stream().equals(from.stream())) {
          return Optional.empty(); // It failed over in between; the next point is a second away.
        }
        samples.put(each.getKey(), new Sample(from.stream(), from.offset(), to.offset()));
      }
      for (Versions each : versions) {
        each.current()
            .ifPresent(
                at1 ->
                    samples.put(each.name(), new Sample(at1.stream(), at1.offset(), at1.offset())));
      }
      return Optional.of(new RecoveryPoint(at, name, skew, samples));
    } catch (NotSampledException e) {
      return Optional.empty();
    }
  }

  /** Points that are stored already: none that is taken from now on is earlier. */
  void notBefore(Instant stored) {
    last = stored.isAfter(last) ? stored : last;
  }

  /** A clock that was set back must not make a later point an earlier one. */
  private Instant monotonic(Instant now) {
    Instant millis = Instant.ofEpochMilli(now.toEpochMilli());
    if (last.isAfter(millis.plus(TOLERANCE))) {
      alarms.report(
          CLOCK,
          Finding.warning(
              CLOCK,
              "is behind the newest recovery point, of " + last + ": it was set back",
              "set it right; until then, recovery points are dated after that one"));
    } else {
      alarms.clear(CLOCK, CLOCK);
    }
    last = millis.isAfter(last) ? millis : last.plusMillis(1);
    return last;
  }

  private Map<String, StreamPosition> positions(List<ContinuousSource> sources)
      throws NotSampledException, InterruptedException {
    Map<String, StreamPosition> positions = new HashMap<>();
    for (ContinuousSource source : sources) {
      StreamPosition position = position(source);
      positions.put(source.name(), position);
      Following following = followings.get(source.name());
      if (following != null) {
        following.sampled(position);
      }
    }
    return positions;
  }

  private StreamPosition position(ContinuousSource source)
      throws NotSampledException, InterruptedException {
    String name = source.name();
    Following following = followings.get(name);
    String subject = name + " (recovery points)";
    try {
      PositionSampler sampler = samplers.get(name);
      if (sampler == null) {
        sampler = source.sampler();
        samplers.put(name, sampler);
      }
      StreamPosition position = sampler.sample();
      if (following != null) {
        following.archive().clear(subject);
      }
      return position;
    } catch (IOException | RuntimeException e) {
      PositionSampler broken = samplers.remove(name);
      if (broken != null) {
        broken.close();
      }
      if (Thread.currentThread().isInterrupted()) {
        throw (InterruptedException) new InterruptedException().initCause(e);
      }
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      if (following != null) {
        following
            .archive()
            .report(
                Finding.error(
                    subject, "cannot be asked where it stands: " + reason, "it is tried again"));
      }
      throw new NotSampledException(e instanceof IOException io ? io : new IOException(reason, e));
    }
  }

  @Override
  public void close() {
    samplers.values().forEach(PositionSampler::close);
    samplers.clear();
  }
}
