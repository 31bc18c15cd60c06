package io.tradingengine.backup.core.postgres;

/**
 * How a server was built.
 *
 * @param pageSize bytes in a page, 8192 as a rule
 * @param pagesPerSegment pages in a file before the next one begins, 131072 as a rule
 */
record PageLayout(int pageSize, long pagesPerSegment) {
  PageLayout {
    if (pageSize < 1024 || pageSize > 32768 || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("not a page size: " + pageSize);
    }
  }
}
