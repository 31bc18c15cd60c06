package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.Row;
import java.io.IOException;
import java.util.List;

/** The slot that has the server keep its log until it was received. */
final class ReplicationSlot {
  private final ReplicationConnection server;
  private final String name;

  ReplicationSlot(ReplicationConnection server, String name) {
    this.server = server;
    this.name = name;
  }

  /**
   * What the server keeps.
   *
   * @param position the first position that it keeps
   * @param timeline the timeline of that position
   * @param fresh whether the slot was made just now
   */
  record Kept(Lsn position, long timeline, boolean fresh) {}

  /** Makes the slot unless it is there and keeps something. */
  Kept ensure() throws IOException {
    List<Row> rows = server.query("READ_REPLICATION_SLOT " + name);
    boolean there = !rows.isEmpty() && rows.get(0).find(0).isPresent();
    if (there && rows.get(0).find(1).isPresent()) {
      return kept(rows.get(0), false);
    }
    if (there) {
      drop();
    }
    return create();
  }

  /** Makes it anew: what the server has now is kept from now on. */
  Kept renew() throws IOException {
    List<Row> rows = server.query("READ_REPLICATION_SLOT " + name);
    if (!rows.isEmpty() && rows.get(0).find(0).isPresent()) {
      drop();
    }
    return create();
  }

  private void drop() throws IOException {
    server.query("DROP_REPLICATION_SLOT " + name);
  }

  private Kept create() throws IOException {
    server.query("CREATE_REPLICATION_SLOT " + name + " PHYSICAL (RESERVE_WAL)");
    List<Row> rows = server.query("READ_REPLICATION_SLOT " + name);
    if (rows.isEmpty() || rows.get(0).find(1).isEmpty()) {
      throw new IOException("the server made the slot " + name + ", and does not show it");
    }
    return kept(rows.get(0), true);
  }

  private static Kept kept(Row row, boolean fresh) throws IOException {
    return new Kept(Lsn.parse(row.text(1)), Long.parseLong(row.text(2)), fresh);
  }
}
