package io.tradingengine.backup.core.redis.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds RDBs byte by byte, also such as no server at hand writes, and shows what is in them. */
final class RdbBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final RdbOutput out = new RdbOutput(bytes, RdbInput.BUFFER);

  static RdbBytes ofVersion(int version) {
    return new RdbBytes().text(new String(new RdbVersion(version).header(), ISO_8859_1));
  }

  /** Single bytes. */
  RdbBytes raw(int... values) {
    return run(
        () -> {
          for (int value : values) {
            out.write(value);
          }
        });
  }

  RdbBytes zeros(int count) {
    return run(() -> out.write(new byte[count]));
  }

  /** Characters without a length. */
  RdbBytes text(String text) {
    return run(() -> out.write(text.getBytes(ISO_8859_1)));
  }

  /** Strings with their lengths. */
  RdbBytes strings(String... texts) {
    return run(
        () -> {
          for (String text : texts) {
            out.string(text.getBytes(ISO_8859_1));
          }
        });
  }

  RdbBytes numbers(long... values) {
    return run(
        () -> {
          for (long value : values) {
            out.number(value);
          }
        });
  }

  /** The end-of-file mark and the checksum. */
  byte[] end() {
    raw(0xFF);
    run(out::finish);
    return bytes.toByteArray();
  }

  /** Without an end. */
  byte[] cut() {
    byte[] whole = end();
    return Arrays.copyOf(whole, whole.length - 9);
  }

  /** Reads an RDB and gives each event as a line. */
  static List<String> events(byte[] rdb) throws IOException {
    List<String> events = new ArrayList<>();
    RdbVerdict verdict = RdbReader.read(new ByteArrayInputStream(rdb), new Listing(events));
    events.add(verdict.checksum().toString());
    return events;
  }

  /** Writes down what it is told. */
  private record Listing(List<String> events) implements RdbVisitor {
    @Override
    public void version(RdbVersion version) {
      events.add("version " + version);
    }

    @Override
    public void auxiliary(String name, byte[] value) {
      events.add(name + "=" + new String(value, ISO_8859_1));
    }

    @Override
    public void function(byte[] code) {
      events.add("function " + new String(code, ISO_8859_1));
    }

    @Override
    public void module(String typeName) {
      events.add("module " + typeName);
    }

    @Override
    public void database(int number) {
      events.add("database " + number);
    }

    @Override
    public void size(long keys, long expiring) {
      events.add("size " + keys + " " + expiring);
    }

    @Override
    public void key(RdbKey key, RdbValue value) throws IOException {
      long length = value.skip();
      String text = new String(key.name(), ISO_8859_1);
      events.add(text + " " + value.kind() + " " + value.type() + " " + length + use(key));
    }

    private static String use(RdbKey key) {
      return (key.expiresAt().isPresent() ? " expires " + key.expiresAt().getAsLong() : "")
          + (key.idleSeconds().isPresent() ? " idle " + key.idleSeconds().getAsLong() : "")
          + (key.frequency().isPresent() ? " frequency " + key.frequency().getAsInt() : "");
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private RdbBytes run(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
