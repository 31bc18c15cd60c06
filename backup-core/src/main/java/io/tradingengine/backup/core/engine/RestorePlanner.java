package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/** Decides what a restore is going to do, and touches nothing. */
final class RestorePlanner {
  /** What an ordinary disk takes, synced; the slower of this and the decoding counts. */
  private static final double DISK_BYTES_PER_SECOND = 250e6;

  private static final Duration OVERHEAD = Duration.ofSeconds(2);

  private final BackupConfig config;
  private final int workers;

  RestorePlanner(BackupConfig config, int workers) {
    this.config = config;
    this.workers = workers;
  }

  RestorePlan plan(RestoreRequest request, RestoreFrom from)
      throws IOException, InterruptedException {
    OpenBackup backup = from.backup();
    List<Manifest.CapturedSource> sources = selected(request, backup.manifest());
    List<RestorePlan.Step> steps = withDamage(steps(request, from), from);
    long readBytes =
        sources.stream()
            .flatMap(source -> backup.chain(source).stream())
            .mapToLong(Manifest.CapturedSource::storedSize)
            .sum();
    long writeBytes = steps.stream().mapToLong(RestorePlan.Step::bytes).sum();
    Duration predicted = predict(writeBytes, rate(steps, backup, sources));
    List<Finding> findings = new ArrayList<>(missing(request, backup.manifest()));
    chain(backup).ifPresent(findings::add);
    findings.addAll(from.findings());
    return new RestorePlan(
        request,
        backup.manifest().metadata(List.of(), false),
        from.replays().moment().replays(),
        from.replays().moment().point(),
        steps,
        findings,
        readBytes,
        predicted);
  }

  /** What else is read, where the backup builds on others. */
  private static Optional<Finding> chain(OpenBackup backup) {
    List<BackupId> earlier = backup.earlier();
    return earlier.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.info(
                backup.manifest().id().toString(),
                "builds on "
                    + earlier.stream().map(BackupId::toString).collect(Collectors.joining(", "))
                    + ": they are read as well"));
  }

  Source open(Manifest.CapturedSource captured) {
    return open(config, captured);
  }

  /** What happens to each source, by the state of things now. */
  List<RestorePlan.Step> steps(RestoreRequest request, RestoreFrom from)
      throws IOException, InterruptedException {
    List<RestorePlan.Step> steps = new ArrayList<>();
    for (Manifest.CapturedSource captured : selected(request, from.manifest())) {
      steps.add(step(request, from, captured));
    }
    return steps;
  }

  /**
   * Reads all changes that are to be applied, and all links of a chain: a damaged one must be known
   * before it is too late.
   */
  private static List<RestorePlan.Step> withDamage(List<RestorePlan.Step> steps, RestoreFrom from)
      throws IOException, InterruptedException {
    if (!obstacles(steps).isEmpty()) {
      return steps;
    }
    Map<String, List<Finding>> damaged = new TreeMap<>(from.replays().verify());
    ChainCheck links = new ChainCheck(from.backup());
    for (RestorePlan.Step step : steps) {
      List<Finding> found = new ArrayList<>(damaged.getOrDefault(step.source(), List.of()));
      found.addAll(links.damaged(step.source()));
      damaged.put(step.source(), found);
    }
    List<RestorePlan.Step> all = new ArrayList<>();
    for (RestorePlan.Step step : steps) {
      List<Finding> findings = new ArrayList<>(step.findings());
      findings.addAll(damaged.getOrDefault(step.source(), List.of()));
      all.add(
          new RestorePlan.Step(step.source(), step.type(), step.targets(), step.bytes(), findings));
    }
    return all;
  }

  /** What stands in the way of these steps. */
  static List<Finding> obstacles(List<RestorePlan.Step> steps) {
    return steps.stream()
        .flatMap(step -> step.findings().stream())
        .filter(RestorePlanner::isError)
        .toList();
  }

  private static boolean isError(Finding finding) {
    return finding.severity() == Finding.Severity.ERROR;
  }

  /**
   * A sample of a backup that is known to be damaged would only fail: there is nothing to predict.
   */
  private static double rate(
      List<RestorePlan.Step> steps, OpenBackup backup, List<Manifest.CapturedSource> sources)
      throws IOException {
    return obstacles(steps).isEmpty() ? backup.sampleRate(sources) : DISK_BYTES_PER_SECOND;
  }

  private Duration predict(long bytes, double decodedPerSecond) {
    double seconds = Math.max(bytes / (decodedPerSecond * workers), bytes / DISK_BYTES_PER_SECOND);
    return OVERHEAD.plusMillis(Math.round(seconds * 1000));
  }

  private RestorePlan.Step step(
      RestoreRequest request, RestoreFrom from, Manifest.CapturedSource captured)
      throws IOException, InterruptedException {
    List<Finding> findings = new ArrayList<>(from.backup().missing(captured));
    List<Finding> way = from.replays().findings(captured);
    findings.addAll(way);
    try (Source source = open(config, captured)) {
      boolean blocked = way.stream().anyMatch(RestorePlanner::isError);
      RestorePreview preview =
          source.preview(
              blocked
                  ? task(request, from, captured, bytes -> {}).withoutReplay()
                  : task(request, from, captured, bytes -> {}));
      findings.addAll(preview.findings());
      return new RestorePlan.Step(
          captured.name(), captured.type(), preview.targets(), preview.bytes(), findings);
    }
  }

  static RestoreTask task(
      RestoreRequest request,
      RestoreFrom from,
      Manifest.CapturedSource captured,
      LongConsumer progress) {
    return new RestoreTask(
        from.backup().capture(captured),
        from.backup().earlier(captured),
        from.replays().of(captured.name()),
        request.into().map(folder -> folder.toAbsolutePath().resolve(captured.name())),
        request.relocations(),
        request.isForced(),
        progress);
  }

  /** Opens the source that the configuration has under that name. */
  static Source open(BackupConfig config, Manifest.CapturedSource captured) {
    Settings settings =
        config.sources().stream()
            .filter(each -> SourceNames.of(each).equals(captured.name()))
            .findFirst()
            .orElseThrow(
                () ->
                    new BackupException(
                        "The backup holds a source '"
                            + captured.name()
                            + "' that the configuration does not have",
                        "add it to the configuration, or name the sources to restore",
                        null));
    if (!settings.type().equals(captured.type())) {
      throw new BackupException(
          "The source '"
              + captured.name()
              + "' is of type "
              + captured.type()
              + " in the backup and of type "
              + settings.type()
              + " in the configuration",
          "is this the configuration of another system?",
          null);
    }
    return Components.source(settings);
  }

  /** What a restore of everything does not restore, because the backup does not have it. */
  private static List<Finding> missing(RestoreRequest request, Manifest manifest) {
    if (!request.sources().isEmpty()) {
      return List.of();
    }
    return manifest.missing().stream()
        .map(
            each ->
                Finding.warning(
                    each.name(),
                    "is not in this backup, and is not going to be restored: " + each.reason(),
                    "restore it from another backup, with its name"))
        .toList();
  }

  static List<Manifest.CapturedSource> selected(RestoreRequest request, Manifest manifest) {
    List<String> known = manifest.sources().stream().map(Manifest.CapturedSource::name).toList();
    for (String name : request.sources()) {
      if (!known.contains(name)) {
        throw new BackupException(
            "The backup "
                + manifest.id()
                + " has no source '"
                + name
                + "'"
                + manifest.missing().stream()
                    .filter(each -> each.name().equals(name))
                    .map(each -> ": it could not be captured: " + each.reason())
                    .collect(Collectors.joining()),
            "it has " + String.join(", ", known),
            null);
      }
    }
    return manifest.sources().stream()
        .filter(source -> request.sources().isEmpty() || request.sources().contains(source.name()))
        .toList();
  }
}
