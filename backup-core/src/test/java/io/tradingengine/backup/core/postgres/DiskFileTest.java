package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFileTest {
  private static final FileRights RIGHTS = FileRights.of(false, Optional.empty());

  @TempDir Path folder;

  @Test
  void anInterruptionOfOneWriterIsOneForAllOthersOfTheFile() throws Exception {
    Member member = new Member("base/1/2", "base/1/2", 0, 100, Optional.empty());
    Path path = folder.resolve("2");
    try (BackgroundSync sync = new BackgroundSync("test")) {
      DiskFile file = new DiskFile(member, path, RIGHTS, new OpenFiles(9), sync);
      Thread.currentThread().interrupt();
      assertThatIOException()
          .isThrownBy(() -> file.accept(0, ByteBuffer.allocate(10)))
          .isInstanceOf(InterruptedIOException.class)
          .withCauseInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();

      assertThatIOException()
          .as("not interrupted itself")
          .isThrownBy(() -> file.accept(10, ByteBuffer.allocate(10)))
          .isInstanceOf(InterruptedIOException.class)
          .withMessageContaining(path.toString());
      file.close();
    }
  }
}
