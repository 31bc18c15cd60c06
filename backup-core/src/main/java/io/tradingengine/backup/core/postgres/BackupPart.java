package io.tradingengine.backup.core.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One part of a base backup, on its way into an artifact. Not safe for concurrent use. */
interface BackupPart extends AutoCloseable {

  /** Takes the next piece, which is consumed. */
  void write(ByteBuffer piece) throws IOException;

  /** Says that the part is at its end, and publishes its artifact. */
  void finish() throws IOException;

  @Override
  void close();
}
