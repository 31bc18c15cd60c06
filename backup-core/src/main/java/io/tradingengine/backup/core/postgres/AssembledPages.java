package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.spi.SourceState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Looks at the checksums of pages that are put together from several captures. A page that the
 * newest capture caught while it was written is put right by the WAL; any other was damaged before
 * it was captured, or does not belong where it is. Thread-safe.
 */
final class AssembledPages {
  private final PageLayout layout;
  private final Lsn start;
  private final Lsn stop;
  private final PageFindings findings = new PageFindings();
  private final Queue<PageCheck> checks = new ConcurrentLinkedQueue<>();

  /**
   * @param newest the state of the newest capture
   */
  AssembledPages(PageLayout layout, SourceState newest) {
    this.layout = layout;
    this.start = Lsn.parse(newest.require("start-lsn"));
    this.stop = Lsn.parse(newest.require("stop-lsn"));
  }

  /**
   * Looks at whole pages, which are consumed.
   *
   * @param firstBlock the number in its relation of the first of them
   */
  void check(String path, long firstBlock, ByteBuffer pages) {
    PageCheck check = checks.poll();
    if (check == null) {
      check = new PageCheck(layout, this::failed);
    }
    check.begin(path, firstBlock);
    check.accept(pages);
    checks.add(check);
  }

  private synchronized void failed(String path, long block, Lsn lsn) {
    findings.failed(path, block, lsn);
  }

  /** What is damaged. */
  synchronized List<Finding> judge(String subject) throws InterruptedException {
    return findings.judge(subject, start, stop, page -> false);
  }
}
