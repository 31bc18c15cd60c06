package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Lsn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Collects the pages of one backup whose checksums are wrong, and judges them once it is known
 * where the backup ends. Bounded, however much is broken. Not safe for concurrent use.
 *
 * <p>A page that was written while the backup read it may have been caught half way. Replaying the
 * backup's WAL replaces such a page, so it is no damage: its LSN lies within the backup, or the
 * page is found right when it is {@linkplain Reader read again}.
 */
final class PageFindings implements PageCheck.Failures {
  /** Named in one file's finding; the others are counted. */
  private static final int NAMED_PAGES = 5;

  /** With a finding of their own; the others are counted together. */
  private static final int NAMED_FILES = 20;

  /** Remembered for judgement; past this, doubt is out of place. */
  private static final int KEPT_PAGES = 2000;

  /** Reads a page of the live server again. */
  interface Reader {
    /** Whether the page is what PostgreSQL wrote, or gone. */
    boolean isSound(Page page) throws InterruptedException;
  }

  /**
   * A page whose checksum is wrong.
   *
   * @param path its file, relative to the data directory
   * @param block its number in the relation
   * @param lsn what it says of its last change
   */
  record Page(String path, long block, Lsn lsn) {}

  private final List<Page> kept = new ArrayList<>();
  private long more;

  @Override
  public void failed(String path, long block, Lsn lsn) {
    if (kept.size() < KEPT_PAGES) {
      kept.add(new Page(path, block, lsn));
    } else {
      more++;
    }
  }

  /** Whether nothing is wrong so far. */
  boolean isEmpty() {
    return kept.isEmpty();
  }

  /**
   * Says what is damaged.
   *
   * @param subject whom the findings are about
   * @param start where the backup begins
   * @param stop where it ends
   */
  List<Finding> judge(String subject, Lsn start, Lsn stop, Reader reader)
      throws InterruptedException {
    Map<String, List<Page>> damaged = new LinkedHashMap<>();
    for (Page page : kept) {
      boolean inFlight = page.lsn.compareTo(start) >= 0 && page.lsn.compareTo(stop) <= 0;
      if (!inFlight && !reader.isSound(page)) {
        damaged.computeIfAbsent(page.path, path -> new ArrayList<>()).add(page);
      }
    }
    List<Finding> findings = new ArrayList<>();
    damaged.forEach(
        (path, pages) -> {
          if (findings.size() < NAMED_FILES) {
            findings.add(finding(subject, path, pages));
          }
        });
    long unnamed = Math.max(0, damaged.size() - NAMED_FILES);
    if (unnamed > 0 || more > 0) {
      findings.add(
          Finding.warning(
              subject,
              "there are more damaged pages: " + unnamed + " further files, " + more + " pages",
              "suspect the disk, its controller or the file system"));
    }
    return findings;
  }

  private static Finding finding(String subject, String path, List<Page> pages) {
    String blocks =
        pages.stream()
            .limit(NAMED_PAGES)
            .map(page -> Long.toString(page.block))
            .collect(Collectors.joining(", "));
    int others = pages.size() - NAMED_PAGES;
    return Finding.warning(
        subject,
        "the checksum is wrong in "
            + path
            + ", block "
            + blocks
            + (others > 0 ? " and " + others + " more" : ""),
        "the page is damaged on the server's disk and in this backup as well; find its table by"
            + " SELECT pg_filenode_relation(…) and restore it from an older backup");
  }
}
