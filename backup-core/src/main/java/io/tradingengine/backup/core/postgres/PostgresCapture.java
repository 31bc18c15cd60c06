package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.ServerNotice;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.UnusableParentException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures one server once: a base backup on one connection, the WAL that makes it consistent on
 * another, the configuration files outside the data directory on a third.
 */
final class PostgresCapture {
  /** How the server shows the connections, but for the one that carries WAL. */
  static final String APPLICATION = "trading-engine-backup";

  private static final Logger log = LoggerFactory.getLogger(PostgresCapture.class);

  private final String name;
  private final ConnectionSpec spec;
  private final ArtifactSink out;
  private final Problems problems;
  private final PageFindings pages = new PageFindings();

  PostgresCapture(String name, ConnectionSpec spec, ArtifactSink out) {
    this.name = name;
    this.spec = spec;
    this.out = out;
    this.problems = new Problems(name, spec);
  }

  /**
   * Captures the server.
   *
   * @param parent the capture to build on; empty to capture everything
   * @param trust whether the server's WAL summaries may be asked
   * @throws UnusableParentException if nothing can build on it
   * @throws IOException if it cannot be captured; the message says what to do
   * @throws InterruptedException if the thread was interrupted; no connection and no slot remain
   */
  SourceState run(Optional<Captured> parent, SummaryTrust trust)
      throws IOException, InterruptedException {
    try (ReplicationConnection server =
        ReplicationConnection.open(spec, APPLICATION, PostgresCapture::remark)) {
      ServerFacts facts = ServerFacts.read(server);
      Sql sql = captureBySql();
      ChangeTracking tracking = ChangeTracking.read(server, facts, sql.serverStartedAt());
      // Where pages can be read again we judge them ourselves, and spare the server the work.
      PageVerification verification =
          sql.pagesReadable() && facts.dataChecksums()
              ? PageVerification.OURS
              : PageVerification.SERVER_TOO;
      Optional<IncrementalBase> base =
          parent.isPresent()
              ? Optional.of(IncrementalBase.of(parent.get(), facts, tracking, server))
              : Optional.empty();
      Extraction extraction =
          new Extraction(
              server, facts, out, pages, new Extraction.Setting(spec, verification, trust));
      Extraction.Outcome outcome = extraction.run(base, tracking);
      outcome.remark(name).ifPresent(out::report);
      report(outcome.backup(), facts, verification);
      Map<String, String> attributes = attributes(facts, outcome.backup());
      tracking.describe(attributes);
      outcome.describe(attributes);
      return new SourceState(outcome.backup().stoppedAt(), attributes);
    } catch (SQLException e) {
      throw problems.exception(e, Problems.Purpose.REPLICATION);
    } catch (IOException e) {
      throw unlessInterrupted(e);
    }
  }

  /** An interrupt shows as a closed channel to whom it hits. */
  private static IOException unlessInterrupted(IOException failure) throws InterruptedException {
    if (Thread.interrupted()) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(failure);
      throw interrupted;
    }
    return failure;
  }

  /**
   * What only SQL can tell.
   *
   * @param pagesReadable whether the role may read pages of the live server
   * @param serverStartedAt when the server was started; empty if that cannot be asked
   */
  private record Sql(boolean pagesReadable, Optional<String> serverStartedAt) {}

  /** Captures what only SQL can reach; a backup is whole without it. */
  private Sql captureBySql() throws IOException, InterruptedException {
    try (Connection sql = Login.sql(spec, APPLICATION)) {
      new ConfigurationFiles(name, spec.user()).capture(sql, out);
      return new Sql(LivePages.areReadable(sql), Optional.of(serverStartedAt(sql)));
    } catch (SQLException e) {
      unlessInterrupted(new IOException(e));
      Finding why = problems.explain(e, Problems.Purpose.SQL);
      out.report(
          new Finding(
              Finding.Severity.INFO,
              name,
              "configuration files outside the data directory are not in the backup, if there are"
                  + " any: "
                  + why.message(),
              why.hint()));
      return new Sql(false, Optional.empty());
    }
  }

  private static String serverStartedAt(Connection sql) throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT extract(epoch FROM pg_postmaster_start_time())::text")) {
      row.next();
      return row.getString(1);
    }
  }

  private void report(BaseBackup.Result backup, ServerFacts facts, PageVerification verification)
      throws IOException, InterruptedException {
    if (!pages.isEmpty() && verification == PageVerification.OURS) {
      try (Connection sql = Login.sql(spec, APPLICATION)) {
        judgePages(backup, new LivePages(sql, facts.layout()));
      } catch (SQLException e) {
        unlessInterrupted(new IOException(e));
        judgePages(backup, page -> false); // what was seen holds
      }
    } else {
      judgePages(backup, page -> false);
    }
    backup
        .corruption()
        .ifPresent(
            error ->
                out.report(
                    Finding.warning(
                        name,
                        "the server found damaged pages itself: " + error.message(),
                        "the server's log names them; the backup holds them as they are")));
  }

  private void judgePages(BaseBackup.Result backup, PageFindings.Reader reader)
      throws InterruptedException {
    pages.judge(name, backup.start().lsn(), backup.stop(), reader).forEach(out::report);
  }

  private static Map<String, String> attributes(ServerFacts facts, BaseBackup.Result backup) {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("server-version", facts.version());
    attributes.put("server-version-num", Integer.toString(facts.versionNumber()));
    attributes.put("system-identifier", facts.systemIdentifier());
    attributes.put("timeline", Integer.toString(backup.start().timeline()));
    attributes.put("start-lsn", backup.start().lsn().toString());
    attributes.put("stop-lsn", backup.stop().toString());
    attributes.put("wal-segment-size", Integer.toString(facts.walSegmentSize()));
    attributes.put("block-size", Integer.toString(facts.layout().pageSize()));
    attributes.put("segment-pages", Long.toString(facts.layout().pagesPerSegment()));
    attributes.put("data-checksums", facts.dataChecksums() ? "on" : "off");
    facts.dataDirectory().ifPresent(path -> attributes.put("data-directory", path));
    backup.tablespaces().forEach((oid, path) -> attributes.put("tablespace." + oid, path));
    facts.settings().forEach((setting, value) -> attributes.put("setting." + setting, value));
    return attributes;
  }

  private static void remark(ServerNotice notice) {
    log.debug("PostgreSQL: {}: {}", notice.severity(), notice);
  }
}
