package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.contract.SourceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A tree of files that is restored in its own place. */
class FilesSourceTest extends SourceContract {
  @TempDir Path temp;
  private Path base;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    base = temp.toRealPath();
    root = Files.createDirectory(base.resolve("app"));
    Trees.file(root.resolve("engine.yaml"), "symbols: [EURUSD]");
    Trees.file(root.resolve("sub/large"), "x".repeat(300_000));
    Files.createDirectory(root.resolve("empty"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("engine.yaml"));
  }

  @Override
  protected Source open() {
    return Trees.source(base.resolve("app"));
  }

  @Override
  protected Object data() throws IOException {
    return TreeSnapshot.of(root);
  }

  @Override
  protected void change() throws IOException {
    Files.writeString(root.resolve("engine.yaml"), "symbols: []");
    Files.delete(root.resolve("link"));
  }

  @Override
  protected RestoreTask task(Captured captured) {
    return Trees.force(Trees.inPlace(captured));
  }

  @Override
  protected Object target() throws IOException {
    return TreeSnapshot.of(base).entrySet().stream().skip(1).toList();
  }
}
