package io.tradingengine.backup.core.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Reads single pages of a running server again, where the role may. Not safe for concurrent use.
 */
final class LivePages implements PageFindings.Reader {
  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MILLIS = 50;

  private final Connection server;
  private final PageLayout layout;
  private boolean wrong;

  LivePages(Connection server, PageLayout layout) {
    this.server = server;
    this.layout = layout;
  }

  /** Whether the role may read pages. */
  static boolean areReadable(Connection server) throws SQLException {
    try (var statement = server.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT has_function_privilege("
                    + "'pg_read_binary_file(text, bigint, bigint, boolean)', 'EXECUTE')")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  @Override
  public boolean isSound(PageFindings.Page page) throws InterruptedException {
    try {
      for (int attempt = 1; !isRightNow(page); attempt++) {
        if (attempt == ATTEMPTS) {
          return false;
        }
        Thread.sleep(PAUSE_MILLIS); // it may be written this very moment
      }
      return true;
    } catch (SQLException e) {
      return false; // it cannot be read again, so what was seen holds
    }
  }

  /**
   * A relation that has been dropped or cut short since then is put right by replaying WAL: the
   * last argument says that a missing file is no error. The function's arguments have no names.
   */
  private boolean isRightNow(PageFindings.Page page) throws SQLException {
    long offset = page.block() % layout.pagesPerSegment() * layout.pageSize();
    byte[] bytes;
    try (var statement = server.prepareStatement("SELECT pg_read_binary_file(?, ?, ?, true)")) {
      statement.setString(1, page.path());
      statement.setLong(2, offset);
      statement.setLong(3, layout.pageSize());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        bytes = row.getBytes(1);
      }
    }
    if (bytes == null || bytes.length < layout.pageSize()) {
      return true;
    }
    wrong = false;
    PageCheck check = new PageCheck(layout, (path, block, lsn) -> wrong = true);
    check.begin(page.path(), page.block());
    check.accept(ByteBuffer.wrap(bytes));
    return !wrong;
  }
}
