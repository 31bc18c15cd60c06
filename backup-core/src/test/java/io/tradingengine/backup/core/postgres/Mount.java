package io.tradingengine.backup.core.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tradingengine.backup.core.support.Oracles;
import java.nio.file.Path;

/** A file system in memory, where mounting is allowed; skips the running test elsewhere. */
record Mount(Path folder) implements AutoCloseable {
  static Mount tmpfs(Path folder, int mebibytes) {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts");
    Oracles.Result result =
        Oracles.run(
            "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
    assumeTrue(result.exitCode() == 0, () -> "no file system can be mounted: " + result.stderr());
    return new Mount(folder);
  }

  @Override
  public void close() {
    Oracles.run("umount", "--lazy", folder.toString()).orFail();
  }
}
