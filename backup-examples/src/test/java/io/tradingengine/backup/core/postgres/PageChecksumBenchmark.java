package io.tradingengine.backup.core.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Page checksums, with the copy of each page out of the stream. The score is MiB a second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PageChecksumBenchmark {
  private static final int MIB = 8;
  private static final int PAGE = 8192;
  private static final int PAGES = MIB * 128;

  private final ByteBuffer stream = filled();
  private final int[] page = new int[PAGE / Integer.BYTES];
  private final PageChecksum checksum = new PageChecksum();

  private static ByteBuffer filled() {
    ByteBuffer buffer = ByteBuffer.allocate(PAGES * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(1);
    while (buffer.hasRemaining()) {
      buffer.putLong(random.nextLong());
    }
    return buffer.clear();
  }

  /** Checksums of a stream of pages. */
  @Benchmark
  @OperationsPerInvocation(MIB)
  public int pages() {
    int mixed = 0;
    for (int i = 0; i < PAGES; i++) {
      stream.position(i * PAGE).asIntBuffer().get(page);
      mixed ^= checksum.of(page, i);
    }
    stream.clear();
    return mixed;
  }
}
