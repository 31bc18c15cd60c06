package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.ServerException;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.RepeatCaptureException;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * Takes one base backup with its WAL: of everything, or of what has changed since another one, in
 * the best way that the server allows. Used once, by one thread.
 */
final class Extraction {
  private final ReplicationConnection server;
  private final ServerFacts facts;
  private final ArtifactSink out;
  private final PageFindings pages;
  private final Setting setting;

  /**
   * How it is done.
   *
   * @param spec the server
   * @param verification who looks at pages
   * @param trust whether the server's WAL summaries may be asked
   */
  record Setting(ConnectionSpec spec, PageVerification verification, SummaryTrust trust) {}

  /**
   * The way of an incremental capture.
   *
   * @param way how it found what has changed
   * @param base what it builds on
   * @param reason why it is not the better way; empty if it is
   */
  record Increment(IncrementalWay way, IncrementalBase base, String reason) {}

  /**
   * What came of it.
   *
   * @param increment empty for a backup of everything
   */
  record Outcome(BaseBackup.Result backup, Optional<Increment> increment) {

    void describe(Map<String, String> attributes) {
      increment.ifPresent(
          each -> {
            attributes.put(IncrementalWay.ATTRIBUTE, each.way().label());
            attributes.put(IncrementalWay.FROM, each.base().start().toString());
          });
    }

    /** Which way was taken, and why. */
    Optional<Finding> remark(String source) {
      return increment.map(
          each ->
              each.way() == IncrementalWay.SERVER
                  ? Finding.info(
                      source,
                      "the server said what has changed since "
                          + each.base().id()
                          + " (by its WAL summaries)")
                  : new Finding(
                      Finding.Severity.INFO,
                      source,
                      "all pages were read, and their LSNs said what has changed since "
                          + each.base().id()
                          + ": "
                          + each.reason(),
                      each.reason().contains("summarize_wal")
                          ? "ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf();"
                          : ""));
    }
  }

  Extraction(
      ReplicationConnection server,
      ServerFacts facts,
      ArtifactSink out,
      PageFindings pages,
      Setting setting) {
    this.server = server;
    this.facts = facts;
    this.out = out;
    this.pages = pages;
    this.setting = setting;
  }

  /**
   * Takes the backup.
   *
   * @param base what it builds on; empty for a backup of everything
   * @throws UnusableParentException if there is no way to build on that
   */
  Outcome run(Optional<IncrementalBase> base, ChangeTracking tracking)
      throws IOException, SQLException, InterruptedException {
    try (WalReceiver receiver = WalReceiver.connect(setting.spec(), facts, server::abort)) {
      if (base.isEmpty()) {
        WholeArchives archives = WholeArchives.full(out, facts, pages);
        return new Outcome(run(archives, BaseBackup.Extent.WHOLE, receiver), Optional.empty());
      }
      Optional<String> obstacle = tracking.summaryObstacle(facts);
      SummaryCheck summaries = new SummaryCheck(setting.spec(), facts, base.get());
      if (obstacle.isEmpty() && base.get().pageLsnObstacle().isEmpty()) {
        obstacle = setting.trust().doubt();
        if (obstacle.isEmpty()) {
          obstacle = summaries.doubt();
        }
      } else if (obstacle.isEmpty()) {
        summaries.requireReadable(); // where there is no other way, what comes is checked
      }
      if (obstacle.isEmpty()) {
        try {
          return byServer(base.get(), summaries, receiver);
        } catch (ServerException e) {
          if (receiver.isStarted()) {
            throw e;
          }
          obstacle = Optional.of("summarize_wal is on, but the server said: " + e.getMessage());
        }
      }
      return byPageLsn(base.get(), obstacle.get(), receiver);
    }
  }

  private Outcome byServer(IncrementalBase base, SummaryCheck summaries, WalReceiver receiver)
      throws IOException, InterruptedException {
    server.upload("UPLOAD_MANIFEST", base.files().manifest());
    WholeArchives archives = WholeArchives.changes(out, facts, pages, summaries);
    BaseBackup.Result backup;
    try {
      backup = run(archives, BaseBackup.Extent.CHANGES, receiver);
    } catch (UnusableParentException e) {
      if (base.pageLsnObstacle().isPresent()) {
        throw e;
      }
      String reason = String.valueOf(e.getMessage());
      setting.trust().lost(reason);
      throw new RepeatCaptureException(reason);
    }
    return new Outcome(backup, Optional.of(new Increment(IncrementalWay.SERVER, base, "")));
  }

  private Outcome byPageLsn(IncrementalBase base, String reason, WalReceiver receiver)
      throws IOException, InterruptedException {
    if (base.pageLsnObstacle().isPresent()) {
      throw new UnusableParentException(reason + "; " + base.pageLsnObstacle().get());
    }
    FilteredArchives archives = new FilteredArchives(out, facts, pages, base);
    BaseBackup.Result backup = run(archives, BaseBackup.Extent.WHOLE, receiver);
    return new Outcome(backup, Optional.of(new Increment(IncrementalWay.PAGE_LSN, base, reason)));
  }

  private BaseBackup.Result run(Archives archives, BaseBackup.Extent extent, WalReceiver receiver)
      throws IOException, InterruptedException {
    BaseBackup.Result backup;
    try {
      backup =
          new BaseBackup(server, out, archives)
              .run(setting.verification(), extent, start -> receiver.start(start, out));
    } catch (IOException | RuntimeException e) {
      receiver.throwFailure(); // it has closed our connection then, and is what is to blame
      throw e;
    }
    receiver.finish(backup.stop());
    archives.finish(backup.start().lsn());
    return backup;
  }
}
