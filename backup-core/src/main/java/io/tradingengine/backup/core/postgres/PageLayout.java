package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.spi.SourceState;

/**
 * How a server was built.
 *
 * @param pageSize bytes in a page, 8192 as a rule
 * @param pagesPerSegment pages in a file before the next one begins, 131072 as a rule
 */
record PageLayout(int pageSize, long pagesPerSegment) {
  /** 1 GiB of the usual pages. */
  private static final String STANDARD_SEGMENT = "131072";

  PageLayout {
    if (pageSize < 1024 || pageSize > 32768 || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("not a page size: " + pageSize);
    }
  }

  /**
   * What a capture says of it.
   *
   * @throws IllegalArgumentException if that is nothing
   */
  static PageLayout of(SourceState state) {
    return new PageLayout(
        Integer.parseInt(state.require("block-size")),
        Long.parseLong(state.find("segment-pages").orElse(STANDARD_SEGMENT)));
  }
}
