package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.RestoreManager;
import io.tradingengine.backup.RestorePlan;
import io.tradingengine.backup.RestoreReport;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.RestoreTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores a backup, or says how it would. */
@Command(
    name = "restore",
    description = {
      "Says how everything would be restored; with --force, restores it.",
      "'latest' is the newest state there is: the newest backup, and what was archived",
      "after it. An ID is that backup as it is; with a moment, the backup to begin with.",
      "Needs no running store: the repository and the secret key are enough."
    })
final class RestoreCommand implements Callable<Integer> {
  private final BackupCommand root;

  @Parameters(
      paramLabel = "ID|latest",
      arity = "0..1",
      defaultValue = BackupChoice.LATEST,
      converter = BackupChoice.Converter.class,
      description = "Which backup (default: ${DEFAULT-VALUE}).")
  private BackupChoice choice = BackupChoice.latest();

  @ArgGroup(heading = "The moment to go to, at most one:%n")
  private RestoreMoment moment = new RestoreMoment();

  @Option(
      names = "--timeline",
      paramLabel = "N",
      converter = RestoreMoment.TimelineConverter.class,
      description =
          "Follow that timeline of PostgreSQL (default: the recovery point's, or the newest).")
  private OptionalLong timeline = OptionalLong.empty();

  @Option(
      names = "--pause",
      description = "Leave PostgreSQL readable only at that moment, to look before it opens.")
  private boolean pause;

  @Option(
      names = "--into",
      paramLabel = "DIR",
      description = "Put each source into DIR/<its name>, instead of where it came from.")
  private Optional<Path> into = Optional.empty();

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Restore this source only; may be given several times.")
  private List<String> sources = List.of();

  @Option(
      names = "--relocate",
      paramLabel = "OLD=NEW",
      description = "Put a tablespace that stood at OLD at NEW; may be given several times.")
  private Map<Path, Path> relocations = Map.of();

  @Option(
      names = "--force",
      description =
          "Act. What is in the way is moved aside, never removed. Without it, only the plan is printed.")
  private boolean force;

  @Mixin private final JsonOption json = new JsonOption();

  RestoreCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    Progress progress = Progress.on(root.io());
    try (RestoreManager manager = RestoreManager.create(root.load(progress))) {
      RestorePlan plan = manager.plan(request());
      if (!json.wanted()) {
        RestoreText.plan(root.io().out(), plan);
      }
      return force ? execute(manager, plan) : explain(plan);
    }
  }

  private RestoreRequest request() {
    RestoreRequest request = choice.request();
    Optional<RestoreTarget> target = moment.target();
    if (target.isPresent()) {
      request = request.at(target.get());
    }
    boolean asItIs = request.target() instanceof RestoreTarget.Backup;
    if (asItIs && (pause || timeline.isPresent())) {
      throw new WrongUseException(
          (pause ? "--pause" : "--timeline") + " says nothing about a backup as it is",
          "name the moment to go to, such as --time 2024-01-15T14:30:00Z");
    }
    if (timeline.isPresent()) {
      request = request.timeline(timeline.getAsLong());
    }
    if (pause) {
      request = request.paused();
    }
    if (into.isPresent()) {
      request = request.into(into.get().toAbsolutePath());
    }
    for (String source : sources) {
      request = request.source(source);
    }
    for (Map.Entry<Path, Path> each : relocations.entrySet()) {
      request = request.relocate(each.getKey(), each.getValue().toAbsolutePath());
    }
    return force ? request.force() : request;
  }

  private int explain(RestorePlan plan) {
    if (json.wanted()) {
      root.io().out().println(Json.print(Json.restore(plan)));
    } else {
      root.io().out().println();
      root.io().out().println("Nothing was touched. " + RestoreText.nextMove(plan));
    }
    return ExitCode.DONE.code();
  }

  private int execute(RestoreManager manager, RestorePlan plan) {
    RestoreReport report = manager.execute(plan);
    if (json.wanted()) {
      root.io().out().println(Json.print(Json.restore(plan, report)));
    } else {
      root.io().out().println();
      RestoreText.report(root.io().out(), report);
    }
    List<Finding> findings = new ArrayList<>(plan.findings());
    findings.addAll(report.findings());
    report.sources().forEach(source -> findings.addAll(source.findings()));
    return ExitCode.of(findings).code();
  }
}
