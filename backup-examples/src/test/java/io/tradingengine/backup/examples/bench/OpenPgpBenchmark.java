package io.tradingengine.backup.examples.bench;

import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.Secret;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * OpenPGP messages of 8 MiB, encrypted and decrypted on one thread; the scores are MiB a second.
 */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@OutputTimeUnit(TimeUnit.SECONDS)
public class OpenPgpBenchmark {
  private static final int MEBIBYTES = 8;

  private final byte[] plain = new byte[MEBIBYTES << 20];
  private final ByteArrayOutputStream sink = new ByteArrayOutputStream(plain.length + (1 << 20));
  private Encryptor encryptor;
  private Encryptor.Sealer sealer;
  private byte[] message;
  private byte[] work;

  @Setup
  public void makeKeys() throws IOException {
    Path folder = Files.createTempDirectory("openpgp-benchmark");
    Path publicKey = folder.resolve("public.asc");
    Path secretKey = folder.resolve("secret.asc");
    Secret passphrase = Secret.of("benchmark");
    OpenPgp.generateKeyPair(
        new OpenPgp.KeyPairRequest(
            "Benchmark", OpenPgp.KeyAlgorithm.CURVE_25519, passphrase, publicKey, secretKey));
    encryptor =
        Providers.encryptor("openpgp")
            .orElseThrow()
            .open(
                Settings.of("openpgp").with("recipients", List.of(publicKey)),
                Optional.of(
                    Settings.of("openpgp")
                        .with("secret-key", secretKey)
                        .with("passphrase", passphrase)));
    for (Path file : List.of(publicKey, secretKey, folder)) {
      Files.delete(file);
    }
    new Random(1).nextBytes(plain);
    sealer = encryptor.newSealer();
    encrypt();
    message = sink.toByteArray();
    work = new byte[message.length];
  }

  @Benchmark
  @OperationsPerInvocation(MEBIBYTES)
  public int encrypt() throws IOException {
    sink.reset();
    try (OutputStream out = sealer.encrypt(sink, "benchmark")) {
      out.write(plain);
    }
    return sink.size();
  }

  /** With a copy of the message, as decryption writes over it. */
  @Benchmark
  @OperationsPerInvocation(MEBIBYTES)
  public ByteBuffer decrypt() {
    System.arraycopy(message, 0, work, 0, message.length);
    return encryptor.decrypt(ByteBuffer.wrap(work), "benchmark");
  }
}
