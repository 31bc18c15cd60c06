package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A destination that could not be opened: whatever it is asked for, it says why. */
final class Unavailable implements Destination {
  private final String name;
  private final BackupException reason;

  Unavailable(String name, BackupException reason) {
    this.name = name;
    this.reason = reason;
  }

  private IOException refused() {
    return new IOException(reason.getMessage(), reason);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    throw refused();
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    throw refused();
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    throw refused();
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    throw refused();
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    throw refused();
  }

  @Override
  public Lease lock(String owner) throws IOException {
    throw refused();
  }

  @Override
  public int sweep() throws IOException {
    throw refused();
  }

  @Override
  public List<Finding> check() {
    return List.of(
        Finding.error(name, String.valueOf(reason.getMessage()), reason.hint().orElse("")));
  }

  @Override
  public Proximity proximity() {
    return Proximity.REMOTE;
  }

  @Override
  public long usableSpace() throws IOException {
    throw refused();
  }

  @Override
  public void close() {}
}
