package io.tradingengine.backup.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.Redis.Restore;
import io.tradingengine.backup.core.redis.PartReader.Contents;
import io.tradingengine.backup.core.redis.RestoreScheme.Way;
import io.tradingengine.backup.core.redis.rdb.Crc64;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartReaderTest {
  private static final String KEY = "\0\u0001k\u0001v";
  private static final String UNKNOWN = "\u00C8 something of the future";

  private static byte[] rdb(String content, boolean withChecksum) {
    byte[] bytes = ("REDIS0010" + content + "\u00FF").getBytes(StandardCharsets.ISO_8859_1);
    long crc = withChecksum ? Crc64.of(bytes, 0, bytes.length) : 0;
    return ByteBuffer.allocate(bytes.length + Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(bytes)
        .putLong(crc)
        .array();
  }

  private static RestoreJob job(byte[] rdb) {
    RedisState.Part part = new RedisState.Part("dump", "a:1", "", Optional.empty(), 10, 1, 0);
    RedisState state =
        new RedisState(
            "7.0.15", RedisState.Method.PSYNC, RedisState.Topology.SERVER, List.of(part), Map.of());
    SourceState source = new SourceState(Instant.EPOCH, state.attributes());
    return new RestoreJob(
        RestoreFixture.to(
            RestoreFixture.redis(
                new RedisTopology.Cluster(List.of(), RedisTopology.CopyFrom.MASTER),
                Duration.ofSeconds(1)),
            Restore.AUTO),
        new RestoreTask(
            new MemoryCapture().replace("dump", "rdb", rdb).captured(source),
            Optional.<Path>empty(),
            Map.of(),
            false,
            bytes -> {}),
        new RestoreScheme(state, new Way.Blocked(), Optional.empty(), rdb.length, List.of()));
  }

  private static Contents read(byte[] rdb) throws IOException {
    RestoreJob job = job(rdb);
    ByteArrayOutputStream passed = new ByteArrayOutputStream();
    Contents contents =
        new PartReader(job, job.state().parts().get(0)).read(Instant.now(), passed::write);
    assertThat(passed.toByteArray()).isEqualTo(rdb);
    return contents;
  }

  @Test
  void countsWhatIsInIt() throws Exception {
    Contents contents = read(rdb(KEY, true));
    assertThat(contents.summary().get().total().keys()).isEqualTo(1);
    assertThat(contents.remarks(job(new byte[0]))).isEmpty();
  }

  @Test
  void handsOnWhatItDoesNotKnowIfTheChecksumIsRight() throws Exception {
    Contents contents = read(rdb(KEY + UNKNOWN, true));
    assertThat(contents.summary()).isEmpty();
    assertThat(contents.remarks(job(new byte[0])))
        .extracting(Finding::message)
        .anyMatch(message -> message.contains("does not know"));
  }

  @Test
  void saysThatThereIsNoChecksum() throws Exception {
    assertThat(read(rdb(KEY, false)).remarks(job(new byte[0])))
        .extracting(Finding::message)
        .anyMatch(message -> message.contains("no checksum"));
  }

  @Test
  void refusesWhatIsNotWhole() {
    byte[] damaged = rdb(KEY + UNKNOWN, true);
    damaged[20] ^= 1;
    for (byte[] rdb :
        List.of(
            damaged,
            rdb(KEY + UNKNOWN, false),
            new byte[0],
            "REDIS0010".getBytes(StandardCharsets.ISO_8859_1),
            "something else that is no RDB".getBytes(StandardCharsets.ISO_8859_1))) {
      assertThatThrownBy(() -> read(rdb))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("/redis/dump")
          .hasMessageContaining("nothing was touched");
    }
  }

  @Test
  void refusesAnotherVersionThanTheManifestHas() {
    byte[] rdb = rdb(KEY, false);
    rdb[8] = '1';
    assertThatThrownBy(() -> read(rdb))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("version 11")
        .hasMessageContaining("manifest says 10");
  }
}
