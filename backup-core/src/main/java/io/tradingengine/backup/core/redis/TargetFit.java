package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.core.redis.rdb.RdbSummary;
import io.tradingengine.backup.core.redis.rdb.ValueKind;

/**
 * Whether a server can take what an RDB holds. One that cannot would find out too late: it
 * terminates while it loads.
 */
final class TargetFit {
  private TargetFit() {}

  /**
   * Looks at both.
   *
   * @throws io.tradingengine.backup.BackupException if they do not fit; says what to do
   */
  static void require(RestoreJob job, RdbSummary summary, RestoreTarget target) {
    int last = summary.databases().isEmpty() ? 0 : summary.databases().lastKey();
    long most = target.facts().inCluster() ? 1 : target.databases();
    if (last >= most) {
      throw job.unfit(
          "has keys in database "
              + last
              + ", and "
              + target.address()
              + " has "
              + most
              + (most == 1 ? " database" : " databases"),
          target.facts().inCluster()
              ? "a cluster has one database: restore to a single server"
              : "set databases in its redis.conf to " + (last + 1) + " and restart it");
    }
    boolean needsModules =
        !summary.modules().isEmpty() || summary.kinds().containsKey(ValueKind.MODULE);
    if (needsModules && target.facts().field("module").isEmpty()) {
      throw job.unfit(
          "has data of modules "
              + (summary.modules().isEmpty() ? "" : summary.modules() + " ")
              + "and "
              + target.address()
              + " has none loaded",
          "load the modules that production has, and restore then");
    }
  }
}
