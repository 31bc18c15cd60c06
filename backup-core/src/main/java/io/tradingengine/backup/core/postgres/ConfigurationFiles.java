package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The configuration files that lie outside the data directory, as Debian has them in /etc: a base
 * backup does not hold them.
 */
final class ConfigurationFiles {
  static final String ARTIFACT = "configuration";

  private static final String MAIN_FILES =
      "SELECT current_setting('data_directory'), current_setting('config_file'),"
          + " current_setting('hba_file'), current_setting('ident_file')";

  /** With what {@code include} brings in; superusers only, unless granted. */
  private static final String INCLUDED_FILES =
      "SELECT DISTINCT sourcefile FROM pg_file_settings WHERE sourcefile IS NOT NULL";

  private final String source;
  private final String role;

  ConfigurationFiles(String source, String role) {
    this.source = source;
    this.role = role;
  }

  /** Captures them if there are any, and says so where they cannot be read. */
  void capture(Connection server, ArtifactSink sink) throws IOException, SQLException {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    try {
      for (String file : outside(server)) {
        contents.put(file, read(server, file));
      }
    } catch (SQLException e) {
      if (!SqlStates.INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        throw e;
      }
      sink.report(notAllowed());
    }
    if (!contents.isEmpty()) {
      write(contents, sink);
    }
  }

  private Finding notAllowed() {
    String to = " TO " + Problems.quoted(role) + "; ";
    return new Finding(
        Finding.Severity.INFO,
        source,
        "configuration files outside the data directory are not in the backup, if there are any: the"
            + " role '"
            + role
            + "' may not read them",
        "GRANT pg_read_all_settings, pg_read_server_files"
            + to
            + "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text)"
            + to
            + "in the database that 'database' names");
  }

  private static Set<String> outside(Connection server) throws SQLException {
    Set<String> files = new LinkedHashSet<>();
    String inside;
    try (Statement statement = server.createStatement();
        ResultSet row = statement.executeQuery(MAIN_FILES)) {
      row.next();
      inside = row.getString(1) + "/";
      for (int column = 2; column <= row.getMetaData().getColumnCount(); column++) {
        files.add(row.getString(column));
      }
    }
    try (Statement statement = server.createStatement();
        ResultSet row = statement.executeQuery(INCLUDED_FILES)) {
      while (row.next()) {
        files.add(row.getString(1));
      }
    } catch (SQLException e) {
      if (!SqlStates.INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        throw e;
      }
    }
    files.removeIf(file -> file == null || file.isEmpty() || file.startsWith(inside));
    return files;
  }

  private static byte[] read(Connection server, String file) throws SQLException {
    try (var statement = server.prepareStatement("SELECT pg_read_binary_file(?)")) {
      statement.setString(1, file);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        byte[] content = row.getBytes(1);
        return content == null ? new byte[0] : content;
      }
    }
  }

  /** Names are the absolute paths without their first slash, as tar has it. */
  private static void write(Map<String, byte[]> contents, ArtifactSink sink) throws IOException {
    try (ArtifactStream out = sink.create(ARTIFACT, "tar")) {
      for (Map.Entry<String, byte[]> file : contents.entrySet()) {
        byte[] content = file.getValue();
        TarHeader header = TarHeader.file(file.getKey().replaceFirst("^/+", ""), content.length);
        out.write(header.encode(Instant.now()));
        out.index(
            new IndexEntry(
                header.path(), header.type(), header.mode(), out.position(), content.length, ""));
        out.write(content);
        out.write(new byte[TarHeader.padding(content.length)]);
      }
      out.write(new byte[2 * TarHeader.BLOCK]);
      out.finish();
    }
  }
}
