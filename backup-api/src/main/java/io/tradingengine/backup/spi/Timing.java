package io.tradingengine.backup.spi;

/** Which moment of a capture the captured state belongs to. */
public enum Timing {
  /** The moment when the capture begins: a snapshot that is then read. */
  AT_START,
  /** The moment when the capture ends: data, and a log of what changed while they were read. */
  AT_END
}
