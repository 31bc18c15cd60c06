package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.Row;
import io.tradingengine.backup.core.postgres.wire.ServerException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server says of itself before a backup.
 *
 * @param systemIdentifier the cluster's number, given at initdb
 * @param version such as {@code 15.19}
 * @param versionNumber such as 150019
 * @param walSegmentSize in bytes
 * @param layout the size of pages and relation files
 * @param dataChecksums whether pages carry checksums
 * @param dataDirectory where the cluster lies; empty where the role may not know
 * @param synchronousStandbyNames who is waited for at commit
 * @param settings what a restored server must have at least as large as this one
 */
record ServerFacts(
    String systemIdentifier,
    String version,
    int versionNumber,
    int walSegmentSize,
    PageLayout layout,
    boolean dataChecksums,
    Optional<String> dataDirectory,
    String synchronousStandbyNames,
    Map<String, String> settings) {

  /** The oldest version that can be backed up. */
  static final int OLDEST_MAJOR = 15;

  /** Recovery refuses to start where one of these is lower than on the server of the backup. */
  private static final List<String> RECOVERY_SETTINGS =
      List.of(
          "max_connections",
          "max_worker_processes",
          "max_wal_senders",
          "max_prepared_transactions",
          "max_locks_per_transaction");

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|kB|MB|GB|TB)?");

  /**
   * Asks the server.
   *
   * @throws IOException if it is too old, or cannot be asked
   */
  static ServerFacts read(ReplicationConnection server) throws IOException {
    int number = Integer.parseInt(show(server, "server_version_num"));
    String version = show(server, "server_version").split(" ", 2)[0];
    if (number < OLDEST_MAJOR * 10000) {
      throw new IOException(tooOld(version));
    }
    Map<String, String> settings = new TreeMap<>();
    for (String name : RECOVERY_SETTINGS) {
      settings.put(name, show(server, name));
    }
    int pageSize = (int) bytes(show(server, "block_size"));
    return new ServerFacts(
        only(server, "IDENTIFY_SYSTEM").text(0),
        version,
        number,
        (int) bytes(show(server, "wal_segment_size")),
        new PageLayout(pageSize, bytes(show(server, "segment_size")) / pageSize),
        show(server, "data_checksums").equals("on"),
        showIfAllowed(server, "data_directory"),
        show(server, "synchronous_standby_names"),
        settings);
  }

  static String tooOld(String version) {
    return "the server is PostgreSQL "
        + version
        + ", and backups need "
        + OLDEST_MAJOR
        + " or newer";
  }

  /** What the server shows for a setting. */
  static String show(ReplicationConnection server, String setting) throws IOException {
    return only(server, "SHOW " + setting).text(0);
  }

  private static Optional<String> showIfAllowed(ReplicationConnection server, String setting)
      throws IOException {
    try {
      return Optional.of(show(server, setting));
    } catch (ServerException e) {
      if (e.sqlState().equals(SqlStates.INSUFFICIENT_PRIVILEGE)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Row only(ReplicationConnection server, String command) throws IOException {
    List<Row> rows = server.query(command);
    if (rows.isEmpty()) {
      throw new IOException("the server does not answer " + command);
    }
    return rows.get(0);
  }

  /** A size as SHOW prints it: {@code 8192}, {@code 16MB}, {@code 1GB}. */
  static long bytes(String text) throws IOException {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new IOException("the server shows '" + text + "' where a size is expected");
    }
    int shift =
        switch (Optional.ofNullable(matcher.group(2)).orElse("B")) {
          case "kB" -> 10;
          case "MB" -> 20;
          case "GB" -> 30;
          case "TB" -> 40;
          default -> 0;
        };
    return Long.parseLong(matcher.group(1)) << shift;
  }
}
