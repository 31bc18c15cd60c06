package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.core.postgres.wire.Login;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Looks for what stands in the way of a backup, by connecting as the backup will. One cause gives
 * one error, not one for each thing that it spoils.
 */
final class Preflight {
  /** Refusals that every connection would meet in the same way. */
  private static final Set<String> SAME_FOR_ALL =
      Set.of(SqlStates.INVALID_PASSWORD, SqlStates.CANNOT_CONNECT_NOW);

  private static final String FACTS =
      "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
          + " current_setting('wal_level'), current_setting('data_checksums'),"
          + " pg_is_in_recovery(), r.rolreplication OR r.rolsuper,"
          + " current_setting('max_replication_slots')::int,"
          + " (SELECT count(*) FROM pg_replication_slots),"
          + " current_setting('summarize_wal', true)"
          + " FROM pg_roles r WHERE r.rolname = current_user";

  private final String name;
  private final ConnectionSpec spec;
  private final Problems problems;
  private final List<Finding> findings = new ArrayList<>();

  Preflight(String name, ConnectionSpec spec) {
    this.name = name;
    this.spec = spec;
    this.problems = new Problems(name, spec);
  }

  List<Finding> run() throws InterruptedException {
    try {
      if (checkBySql() && !hasErrors()) {
        checkReplication();
      }
    } catch (BackupException e) {
      // The password cannot be had: it is in a variable that is not set, or in a file that is not
      // there.
      findings.add(Finding.error(name, message(e), ""));
    }
    return List.copyOf(findings);
  }

  private boolean hasErrors() {
    return findings.stream().anyMatch(each -> each.severity() == Finding.Severity.ERROR);
  }

  /** Whether it is worth while to try the other connections. */
  private boolean checkBySql() throws InterruptedException {
    try (Connection connection = Login.sql(spec, PostgresCapture.APPLICATION);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(FACTS)) {
      row.next();
      checkFacts(row);
      return true;
    } catch (SQLException e) {
      return explainSqlFailure(e);
    }
  }

  /** Whether a failed login lets replication connections be made all the same. */
  static boolean spoilsSqlOnly(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return !SAME_FOR_ALL.contains(state) && !state.startsWith("08");
  }

  private boolean explainSqlFailure(SQLException failure) {
    Finding why = problems.explain(failure, Problems.Purpose.SQL);
    if (!spoilsSqlOnly(failure)) {
      findings.add(why);
      return false;
    }
    // A backup needs replication connections only; a missing database spoils no more than this.
    findings.add(
        new Finding(
            Finding.Severity.INFO,
            name,
            "settings cannot be checked, nor configuration files outside the data directory be backed"
                + " up, nor the server be locked against other backups: "
                + why.message(),
            why.hint()));
    return true;
  }

  private void checkFacts(ResultSet row) throws SQLException {
    if (row.getInt(1) < ServerFacts.OLDEST_MAJOR * 10000) {
      error(ServerFacts.tooOld(row.getString(2)), "upgrade the server");
      return;
    }
    if (row.getString(3).equals("minimal")) {
      error(
          "wal_level is minimal, which does not log enough for a backup",
          "ALTER SYSTEM SET wal_level = 'replica'; ALTER SYSTEM SET max_wal_senders = 10; then"
              + " restart the server");
    }
    if (!row.getBoolean(6)) {
      findings.add(problems.mayNotReplicate(spec.user()));
    }
    int slots = row.getInt(7);
    if (row.getInt(8) >= slots) {
      error(
          "there is no free replication slot: all " + slots + " are taken, and a backup needs one",
          "ALTER SYSTEM SET max_replication_slots = "
              + (slots + 1)
              + "; then restart the server, or drop a slot that nobody uses (SELECT * FROM"
              + " pg_replication_slots)");
    }
    if (row.getBoolean(5)) {
      findings.add(Finding.info(name, "the server is a standby; the backup is taken from it"));
    }
    if ("off".equals(row.getString(9))) { // null before PostgreSQL 17
      findings.add(
          new Finding(
              Finding.Severity.INFO,
              name,
              "summarize_wal is off: an incremental backup has to read the whole cluster to see what"
                  + " has changed",
              "ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf();"));
    }
    if (row.getString(4).equals("off")) {
      findings.add(
          new Finding(
              Finding.Severity.INFO,
              name,
              "data checksums are off: damaged pages cannot be recognised",
              "stop the server once and run pg_checksums --enable"));
    }
  }

  /** Opens the two connections that a backup holds. */
  private void checkReplication() throws InterruptedException {
    try (ReplicationConnection data =
            ReplicationConnection.open(spec, PostgresCapture.APPLICATION, notice -> {});
        ReplicationConnection wal =
            ReplicationConnection.open(spec, WalReceiver.APPLICATION, notice -> {})) {
      ServerFacts.read(data);
      wal.query("IDENTIFY_SYSTEM");
    } catch (SQLException e) {
      findings.add(problems.explain(e, Problems.Purpose.REPLICATION));
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      error("the server does not answer as expected: " + message(e), "see the server's log");
    }
  }

  private void error(String message, String hint) {
    findings.add(Finding.error(name, message, hint));
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\R", " ");
  }
}
