package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.SourceState;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Keeps the logs of two clusters apart: one under the name of another would be of no use. */
final class ClusterIdentity {
  private final String source;
  private final ConnectionSpec spec;
  private final ChangeSink sink;

  ClusterIdentity(String source, ConnectionSpec spec, ChangeSink sink) {
    this.source = source;
    this.spec = spec;
    this.sink = sink;
  }

  /**
   * Makes sure that a cluster is the one that is archived under this name, or the one of the newest
   * backup, as after an upgrade.
   *
   * @throws BackupException if it is another one
   */
  void require(String system) throws IOException, InterruptedException {
    Optional<String> backedUp =
        sink.newestCapture().flatMap((SourceState state) -> state.find("system-identifier"));
    if (backedUp.isPresent()) {
      if (!backedUp.get().equals(system)) {
        throw another(system, "the newest backup is of the cluster " + backedUp.get());
      }
      return;
    }
    Set<String> known = new TreeSet<>(WalSpool.systems(sink.folder()));
    sink.names().forEach(name -> WalName.parse(name).ifPresent(each -> known.add(each.system())));
    if (!known.isEmpty() && !known.contains(system)) {
      throw another(system, "archived is the cluster " + String.join(", ", known));
    }
  }

  private BackupException another(String system, String known) {
    return new BackupException(
        "PostgreSQL at "
            + spec.address()
            + " is the cluster "
            + system
            + ", and under the name '"
            + source
            + "' "
            + known,
        "check host and port; if it is the new cluster (after pg_upgrade, say), take a full backup"
            + " of it first",
        null);
  }
}
