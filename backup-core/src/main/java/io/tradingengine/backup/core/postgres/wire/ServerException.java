package io.tradingengine.backup.core.postgres.wire;

import java.io.IOException;

/** The server answered with an error. The connection stays usable unless the server closed it. */
public final class ServerException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient ServerNotice error;

  ServerException(ServerNotice error) {
    super(error.toString());
    this.error = error;
  }

  /** What the server said. */
  public ServerNotice error() {
    return error;
  }

  /** The five characters of PostgreSQL's appendix "Error Codes". */
  public String sqlState() {
    return error.sqlState();
  }
}
