package io.tradingengine.backup.core.files;

import io.tradingengine.backup.IntegrityException;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Gives the members of an archive one after the other. Not safe for concurrent use. */
interface Members extends Closeable {

  /** The next member, or null at the end. */
  @Nullable Member next() throws IOException;

  /** Reads the current member's content into {@code bytes}, as much of it as fits. */
  int read(byte[] bytes) throws IOException;

  /** Says why a member is refused. */
  IntegrityException refuse(String member, String why);

  /** Says why the archive as a whole is refused. */
  IntegrityException refuse(String why);
}
