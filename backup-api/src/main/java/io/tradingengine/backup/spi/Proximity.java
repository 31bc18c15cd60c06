package io.tradingengine.backup.spi;

/** How far away a destination is, the nearest first: restores read from the nearest that has it. */
public enum Proximity {
  /** On this host, or mounted like a disk of it. */
  HOST,
  /** A service on the network that reads any range of an object at once. */
  NETWORK,
  /** A distant host, or one that has to be asked for whole objects. */
  REMOTE
}
