package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Proximity;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** A destination that fails by a script, and notes what it was asked. */
final class FlakyDestination extends ForwardingDestination {
  private final Deque<Exception> failures = new ArrayDeque<>();
  private final Deque<Integer> breaks = new ArrayDeque<>();
  private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  private boolean answersGetLost;

  FlakyDestination(Destination inner) {
    super(inner);
  }

  /** The next calls fail so, one each. */
  FlakyDestination failing(Exception... next) {
    failures.addAll(List.of(next));
    return this;
  }

  /** The next streams break after so many bytes, one each. */
  FlakyDestination breakingAfter(Integer... bytes) {
    breaks.addAll(List.of(bytes));
    return this;
  }

  /** What fails was done all the same. */
  FlakyDestination losingAnswers() {
    answersGetLost = true;
    return this;
  }

  /** What it was asked, in order. */
  List<String> calls() {
    return List.copyOf(calls);
  }

  private <T> T call(String what, Retries.Attempt<T> call) throws IOException {
    calls.add(what);
    Exception failure = failures.poll();
    if (failure != null && answersGetLost) {
      call.run();
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    return call.run();
  }

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    call(
        "put",
        () -> {
          super.put(key, content);
          return true;
        });
  }

  @Override
  public InputStream open(ObjectKey key, ByteRange range) throws IOException {
    return call(
        "open " + range.offset() + "+" + range.length(),
        () -> {
          InputStream in = super.open(key, range);
          Integer bytes = breaks.poll();
          return bytes == null ? in : new Breaking(in, bytes);
        });
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    return call("list", () -> super.list(prefix));
  }

  @Override
  public List<String> folders(String folder) throws IOException {
    return call("folders", () -> super.folders(folder));
  }

  @Override
  public boolean holds(ObjectKey key, Content content) throws IOException {
    return call("holds", () -> super.holds(key, content));
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    call(
        "delete",
        () -> {
          super.delete(key);
          return true;
        });
  }

  @Override
  public Lease lock(String owner) throws IOException {
    return new FlakyLease(call("lock", () -> super.lock(owner)));
  }

  @Override
  public int sweep() throws IOException {
    return call("sweep", super::sweep);
  }

  @Override
  public List<Finding> check() {
    calls.add("check");
    return List.of(Finding.info("store", "is flaky"));
  }

  @Override
  public Proximity proximity() {
    return Proximity.REMOTE;
  }

  @Override
  public long usableSpace() throws IOException {
    return call("usableSpace", super::usableSpace);
  }

  private final class FlakyLease implements Lease {
    private final Lease inner;

    FlakyLease(Lease inner) {
      this.inner = inner;
    }

    @Override
    public Strength strength() {
      return Strength.ADVISORY;
    }

    @Override
    public void confirm() throws IOException {
      call(
          "confirm",
          () -> {
            inner.confirm();
            return true;
          });
    }

    @Override
    public void close() throws IOException {
      inner.close();
    }
  }

  private static final class Breaking extends FilterInputStream {
    private int left;

    Breaking(InputStream in, int bytes) {
      super(in);
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        throw new IOException("connection reset");
      }
      int count = super.read(bytes, offset, Math.min(left, length));
      left -= Math.max(count, 0);
      return count;
    }
  }
}
