package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.ServerNotice;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
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
   * @throws IOException if it cannot be captured; the message says what to do
   * @throws InterruptedException if the thread was interrupted; no connection and no slot remain
   */
  SourceState run() throws IOException, InterruptedException {
    try (ReplicationConnection server =
        ReplicationConnection.open(spec, APPLICATION, PostgresCapture::remark)) {
      ServerFacts facts = ServerFacts.read(server);
      // Where pages can be read again we judge them ourselves, and spare the server the work.
      boolean readable = captureConfiguration() && facts.dataChecksums();
      PageVerification verification =
          readable ? PageVerification.OURS : PageVerification.SERVER_TOO;
      BaseBackup.Result backup = backUp(server, facts, verification);
      report(backup, facts, verification);
      return state(facts, backup);
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

  private BaseBackup.Result backUp(
      ReplicationConnection server, ServerFacts facts, PageVerification verification)
      throws IOException, SQLException, InterruptedException {
    try (WalReceiver wal = WalReceiver.connect(spec, facts, server::abort)) {
      BaseBackup.Result backup;
      try {
        backup =
            new BaseBackup(server, facts, out, pages)
                .run(APPLICATION, verification, start -> wal.start(start, out));
      } catch (IOException | RuntimeException e) {
        wal.throwFailure(); // it has closed our connection then, and is what is to blame
        throw e;
      }
      wal.finish(backup.stop());
      return backup;
    }
  }

  /**
   * Captures what only SQL can reach; a backup is whole without it.
   *
   * @return whether the role may read pages of the live server
   */
  private boolean captureConfiguration() throws IOException, InterruptedException {
    try (Connection sql = Login.sql(spec, APPLICATION)) {
      new ConfigurationFiles(name, spec.user()).capture(sql, out);
      return LivePages.areReadable(sql);
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
      return false;
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

  private static SourceState state(ServerFacts facts, BaseBackup.Result backup) {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("server-version", facts.version());
    attributes.put("server-version-num", Integer.toString(facts.versionNumber()));
    attributes.put("system-identifier", facts.systemIdentifier());
    attributes.put("timeline", Integer.toString(backup.start().timeline()));
    attributes.put("start-lsn", backup.start().lsn().toString());
    attributes.put("stop-lsn", backup.stop().toString());
    attributes.put("wal-segment-size", Integer.toString(facts.walSegmentSize()));
    attributes.put("block-size", Integer.toString(facts.layout().pageSize()));
    attributes.put("data-checksums", facts.dataChecksums() ? "on" : "off");
    facts.dataDirectory().ifPresent(path -> attributes.put("data-directory", path));
    backup.tablespaces().forEach((oid, path) -> attributes.put("tablespace." + oid, path));
    facts.settings().forEach((setting, value) -> attributes.put("setting." + setting, value));
    return new SourceState(backup.stoppedAt(), attributes);
  }

  private static void remark(ServerNotice notice) {
    log.debug("PostgreSQL: {}: {}", notice.severity(), notice);
  }
}
