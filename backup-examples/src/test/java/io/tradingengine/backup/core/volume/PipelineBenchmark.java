package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.core.openpgp.NoEncryptionProvider;
import io.tradingengine.backup.core.openpgp.OpenPgpEncryptorProvider;
import io.tradingengine.backup.core.openpgp.OpenPgpKeyPairs;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The pipeline both ways, memory to memory, over data like PostgreSQL's pages that compress about
 * 3.5 to 1. The score is MiB of plain bytes a second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Fork(value = 1, jvmArgs = "-Xmx512m")
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class PipelineBenchmark {
  private static final int MIB = 256;
  private static final int PAGE = 8192;
  private static final int ROW = 96;
  private static final int STROKE = 1 << 17;

  private static final List<String> SYMBOLS =
      List.of("BTC-USD", "ETH-USD", "SOL-USD", "EUR-USD", "AAPL", "MSFT");

  @Param({"none", "openpgp"})
  String encryption;

  @Param({"2"})
  int workers;

  @Param({"16"})
  int volumeMib;

  private final byte[] stroke = new byte[STROKE];
  private final ByteBuffer pages = ByteBuffer.allocateDirect(MIB << 20);
  private final Map<ObjectKey, byte[]> objects = new ConcurrentHashMap<>();
  private VolumeOptions options;
  private Encryptor encryptor;
  private Artifact artifact;

  @Setup
  public void setUp() throws IOException {
    options = new VolumeOptions(Codec.ZSTD, 1, volumeMib << 20, workers);
    encryptor = encryption.equals("none") ? plain() : openPgp();
    fill(pages.order(ByteOrder.LITTLE_ENDIAN));
    artifact =
        write(
            (key, content) -> {
              try (var in = content.open()) {
                objects.put(key, in.readAllBytes());
              }
            });
  }

  @Benchmark
  @OperationsPerInvocation(MIB)
  public Artifact write() throws IOException {
    return write((key, content) -> content.writeTo(OutputStream.nullOutputStream()));
  }

  @Benchmark
  @OperationsPerInvocation(MIB)
  public long read() throws IOException, InterruptedException {
    LongAdder bytes = new LongAdder();
    try (VolumeReader reader =
        new VolumeReader(options, encryptor, key -> new ByteArrayInputStream(objects.get(key)))) {
      reader.readParallel(artifact, (offset, chunk) -> bytes.add(chunk.remaining()));
    }
    return bytes.sum();
  }

  private Artifact write(ObjectSink sink) throws IOException {
    AtomicReference<Artifact> finished = new AtomicReference<>();
    ArtifactTarget target =
        new ArtifactTarget(
            new ObjectKey("full/postgres"),
            "base",
            "tar",
            entry -> {},
            bytes -> {},
            finished::set,
            volumes -> {});
    try (VolumeWriter writer = new VolumeWriter(options, encryptor, sink);
        ArtifactStream out = writer.create(target)) {
      for (int at = 0; at < pages.capacity(); at += STROKE) {
        pages.get(at, stroke);
        out.write(stroke, 0, STROKE);
      }
      out.finish();
    }
    return finished.get();
  }

  private static Encryptor plain() {
    return new NoEncryptionProvider().open(Settings.of("none"), Optional.empty());
  }

  private static Encryptor openPgp() throws IOException {
    Path folder = Files.createTempDirectory("benchmark-keys");
    Path publicKey = folder.resolve("public.asc");
    Path secretKey = folder.resolve("secret.asc");
    Secret passphrase = Secret.of("benchmark");
    OpenPgpKeyPairs.generate(
        new OpenPgp.KeyPairRequest(
            "Benchmark <benchmark@trading-engine.local>",
            OpenPgp.KeyAlgorithm.CURVE_25519,
            passphrase,
            publicKey,
            secretKey));
    Encryptor opened =
        new OpenPgpEncryptorProvider()
            .open(
                Settings.of("openpgp").at("encryption").with("recipients", List.of(publicKey)),
                Optional.of(
                    Settings.of("openpgp")
                        .at("decryption")
                        .with("secret-key", secretKey)
                        .with("passphrase", passphrase)));
    for (Path each : List.of(publicKey, secretKey, folder)) {
      Files.delete(each);
    }
    return opened;
  }

  /** Rows of trades: counters, times, prices and sizes, a few words, and 8 random hex digits. */
  private static void fill(ByteBuffer pages) {
    SplittableRandom random = new SplittableRandom(42);
    long id = 1;
    for (int page = 0; page < pages.capacity(); page += PAGE) {
      pages.putLong(page, 0x16_0000_0000L + id * 150).putShort(page + 16, (short) PAGE);
      int line = page + 24;
      for (int row = page + PAGE - ROW; row > line + 4; row -= ROW) {
        pages.putInt(line, (row - page) | 1 << 15 | ROW << 17);
        line += 4;
        pages.putInt(row, (int) (700 + (id >> 7))).putInt(row + 12, page / PAGE);
        pages.putLong(row + 24, id).putLong(row + 32, 750_000_000_000_000L + id * 1371);
        putText(pages, row + 40, SYMBOLS.get(random.nextInt(SYMBOLS.size())));
        pages.putInt(row + 52, 4_000_000 + random.nextInt(20_000));
        pages.putInt(row + 56, random.nextInt(1000));
        putText(pages, row + 64, Integer.toHexString(random.nextInt()));
        putText(pages, row + 80, "FILLED");
        id++;
      }
    }
  }

  private static void putText(ByteBuffer pages, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      pages.put(at + i, (byte) text.charAt(i));
    }
  }
}
