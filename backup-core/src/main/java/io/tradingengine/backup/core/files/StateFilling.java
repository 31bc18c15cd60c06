package io.tradingengine.backup.core.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Writes an application's state to a file that only its owner may read.
 *
 * @param content its bytes
 * @param progress told of bytes done
 */
record StateFilling(StateContent content, LongConsumer progress) implements TreeRestore.Filling {

  @Override
  public long fill(List<Staging> stagings, Ownership ownership)
      throws IOException, InterruptedException {
    LongAdder written = new LongAdder();
    try (FileChannel file =
        FileChannel.open(
            stagings.get(0).tree(),
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      content.readAll(
          (offset, bytes) -> {
            int length = bytes.remaining();
            for (long at = offset; bytes.hasRemaining(); ) {
              at += file.write(bytes, at);
            }
            written.add(length);
            progress.accept(length);
          });
      file.force(true);
    }
    return written.sum();
  }
}
