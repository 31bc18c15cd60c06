package io.tradingengine.backup.core.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.core.support.Oracles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others decompress our volumes, one by one and joined. */
class OracleTest {
  private static final int VOLUME = 300_000;

  @TempDir Path folder;
  private final MemoryStore store = new MemoryStore();
  private byte[] bytes = new byte[0];

  @BeforeEach
  void makeBytes() {
    bytes = Samples.bytes(4 * VOLUME + 17, 1);
  }

  @Test
  void zstdReadsJoinedVolumes() throws Exception {
    Artifact artifact = write(Codec.ZSTD, bytes);
    Path joined = join(artifact, "joined.zst");
    Oracles.run("zstd", "-q", "-d", joined.toString()).orFail();
    assertThat(folder.resolve("joined")).hasBinaryContent(bytes);
  }

  @Test
  void gzipReadsJoinedVolumes() throws Exception {
    Artifact artifact = write(Codec.GZIP, bytes);
    Path joined = join(artifact, "joined.gz");
    Oracles.run("gzip", "-d", joined.toString()).orFail();
    assertThat(folder.resolve("joined")).hasBinaryContent(bytes);
  }

  @Test
  void uncompressedVolumesJustJoin() throws Exception {
    assertThat(join(write(Codec.NONE, bytes), "joined")).hasBinaryContent(bytes);
  }

  @Test
  void zstdSeesOneFrameWithSizeAndChecksum() throws Exception {
    Artifact artifact = write(Codec.ZSTD, Samples.bytes(VOLUME, 2));
    Path volume = join(artifact, "one.zst");
    String listing = Oracles.run("zstd", "-lv", volume.toString()).orFail().stdout();
    assertThat(listing).containsPattern("# Zstandard Frames: 1\\b");
    assertThat(listing).containsPattern("Decompressed Size: .*\\(300000 B\\)");
    assertThat(listing).contains("Check: XXH64");
  }

  @Test
  void emptyArtifactsDecompressToNothing() throws Exception {
    Path zst = join(write(Codec.ZSTD, new byte[0]), "empty.zst");
    Oracles.run("zstd", "-q", "-d", zst.toString()).orFail();
    assertThat(folder.resolve("empty")).isEmptyFile();
    store.objects.clear();
    Path gz = join(write(Codec.GZIP, new byte[0]), "empty2.gz");
    Oracles.run("gzip", "-d", gz.toString()).orFail();
    assertThat(folder.resolve("empty2")).isEmptyFile();
  }

  private Artifact write(Codec codec, byte[] plain) throws IOException {
    return Samples.write(Samples.options(codec, VOLUME), Samples.PLAIN, store, plain);
  }

  private Path join(Artifact artifact, String name) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (Volume volume : artifact.volumes()) {
        out.write(store.objects.get(volume.key()));
      }
    }
    return file;
  }
}
