package io.tradingengine.backup.spi.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.LeaseLostException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Lease;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Destination} must do. A destination's test inherits these. */
public abstract class DestinationContract {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");
  private static final int BIG = 3 << 20;

  private Destination destination;

  /** For subclasses. */
  protected DestinationContract() {}

  /** A destination on one and the same place, which is empty at the beginning of each test. */
  protected abstract Destination open() throws Exception;

  /** How often a race is run; fewer times where every operation takes long. */
  protected int races() {
    return 20;
  }

  @BeforeEach
  final void openDestination() throws Exception {
    destination = open();
  }

  @AfterEach
  final void closeDestination() throws Exception {
    destination.close();
  }

  @Test
  void aNewPlaceIsEmpty() throws IOException {
    assertThat(destination.list("")).isEmpty();
    assertThat(destination.folders("")).isEmpty();
    assertThat(destination.folders("full-20240115-020000/")).isEmpty();
  }

  @Test
  void whatWasPutIsReadBack() throws IOException {
    byte[] bytes = random(BIG + 1);
    destination.put(KEY, Content.of(bytes));
    assertThat(read(KEY, ByteRange.ALL)).isEqualTo(bytes);
  }

  @Test
  void whatWasPutIsThereForANewInstance() throws Exception {
    destination.put(KEY, text("durable"));
    try (Destination other = open()) {
      assertThat(other.list("")).extracting(ObjectInfo::key).containsExactly(KEY);
    }
  }

  @Test
  void anEmptyObjectIsAnObject() throws IOException {
    destination.put(KEY, text(""));
    assertThat(read(KEY, ByteRange.ALL)).isEmpty();
    assertThat(destination.list("")).extracting(ObjectInfo::length).containsExactly(0L);
  }

  @Test
  void contentThatOnlyOpensAStreamIsPut() throws IOException {
    byte[] bytes = random(BIG);
    destination.put(KEY, new Streamed(bytes, bytes.length));
    assertThat(read(KEY, ByteRange.ALL)).isEqualTo(bytes);
  }

  @Test
  void aRangeGivesItsBytesAndNoOthers() throws IOException {
    byte[] bytes = random(BIG);
    destination.put(KEY, Content.of(bytes));
    for (int offset : new int[] {0, 1, 4095, 65536, BIG - 1}) {
      for (int length : new int[] {0, 1, 5000, BIG}) {
        assertThat(read(KEY, new ByteRange(offset, length)))
            .isEqualTo(Arrays.copyOfRange(bytes, offset, Math.min(BIG, offset + length)));
      }
    }
  }

  @Test
  void aRangePastTheEndGivesWhatThereIs() throws IOException {
    destination.put(KEY, text("0123456789"));
    assertThat(read(KEY, new ByteRange(8, 100))).asString(UTF_8).isEqualTo("89");
    assertThat(read(KEY, new ByteRange(8, Long.MAX_VALUE))).asString(UTF_8).isEqualTo("89");
    assertThat(read(KEY, new ByteRange(10, 1))).isEmpty();
    assertThat(read(KEY, new ByteRange(Long.MAX_VALUE, Long.MAX_VALUE))).isEmpty();
  }

  @Test
  void aMissingObjectCannotBeOpened() throws IOException {
    destination.put(KEY.resolve("deeper"), text("x"));
    assertThatThrownBy(() -> read(new ObjectKey("no/such"), ByteRange.ALL))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> read(KEY, ByteRange.ALL)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void otherBytesNeverReplaceAnObject() throws IOException {
    destination.put(KEY, text("first"));
    for (String other : List.of("other", "longer than first", "")) {
      assertThatThrownBy(() -> destination.put(KEY, text(other)))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(read(KEY, ByteRange.ALL)).asString(UTF_8).isEqualTo("first");
    assertThat(destination.list("")).hasSize(1);
  }

  @Test
  void theSameBytesCanBePutAgain() throws IOException {
    destination.put(KEY, text("same"));
    destination.put(KEY, text("same"));
    assertThat(destination.list("")).hasSize(1);
  }

  @Test
  void aPutThatFailsLeavesNothing() throws IOException {
    IOException broken = new IOException("the source broke");
    assertThatIOException()
        .isThrownBy(() -> destination.put(KEY, new Failing(random(BIG), broken)));
    assertThat(destination.list("")).isEmpty();
    assertThatThrownBy(() -> read(KEY, ByteRange.ALL)).isInstanceOf(NoSuchFileException.class);
    destination.put(KEY, text("second try"));
    assertThat(read(KEY, ByteRange.ALL)).asString(UTF_8).isEqualTo("second try");
  }

  @Test
  void contentOfAnotherLengthThanItSaysIsRefused() throws IOException {
    byte[] bytes = random(1000);
    for (long claimed : new long[] {0, 999, 1001}) {
      assertThatIOException().isThrownBy(() -> destination.put(KEY, new Streamed(bytes, claimed)));
    }
    assertThat(destination.list("")).isEmpty();
  }

  @Test
  void anObjectIsNotSeenBeforeItsPutHasFinished() throws Exception {
    CountDownLatch half = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Content slow = new Slow(random(BIG), half, goOn);
    Concurrently.run(
        List.of(
            () -> {
              destination.put(KEY, slow);
              return null;
            },
            () -> {
              half.await();
              try (Destination other = open()) {
                assertThat(other.list("")).isEmpty();
                assertThatThrownBy(() -> other.open(KEY, ByteRange.ALL))
                    .isInstanceOf(NoSuchFileException.class);
              } finally {
                goOn.countDown();
              }
              return null;
            }));
    assertThat(destination.list("")).extracting(ObjectInfo::length).containsExactly((long) BIG);
  }

  @Test
  void listingGoesByKeyAndSaysLengthAndTime() throws IOException {
    Instant before = Instant.now().minus(Duration.ofMinutes(5));
    List<String> keys = List.of("a+b", "a-1/x", "a.b", "a/1", "a/b/c", "a1", "a_", "b/a");
    List<String> shuffled = new ArrayList<>(keys);
    Collections.shuffle(shuffled, new Random(7));
    for (String key : shuffled) {
      destination.put(new ObjectKey(key), text(key));
    }
    List<ObjectInfo> listed = destination.list("");
    assertThat(listed).extracting(info -> info.key().value()).containsExactlyElementsOf(keys);
    assertThat(listed)
        .allSatisfy(
            info -> {
              assertThat(info.length()).isEqualTo(info.key().value().length());
              assertThat(info.modified())
                  .isBetween(before, Instant.now().plus(Duration.ofMinutes(5)));
            });
  }

  @Test
  void aPrefixMayBeCutAnywhere() throws IOException {
    for (String key : List.of("full-1/a/x", "full-1/b", "full-10/c", "full-2/d", "g")) {
      destination.put(new ObjectKey(key), text(key));
    }
    assertThat(keys("full-1")).containsExactly("full-1/a/x", "full-1/b", "full-10/c");
    assertThat(keys("full-1/")).containsExactly("full-1/a/x", "full-1/b");
    assertThat(keys("full-1/a")).containsExactly("full-1/a/x");
    assertThat(keys("full-1/a/x")).containsExactly("full-1/a/x");
    assertThat(keys("full-1/a/xy")).isEmpty();
    assertThat(keys("full-1/a/x/")).isEmpty();
    assertThat(keys("fu")).hasSize(4);
    assertThat(keys("../")).isEmpty();
    assertThat(keys("/")).isEmpty();
  }

  @Test
  void foldersAreTheFirstPartsBelow() throws IOException {
    for (String key : List.of("b/1/x", "b/1/y", "b/2/x", "b/file", "a/x", "file")) {
      destination.put(new ObjectKey(key), text(key));
    }
    assertThat(destination.folders("")).containsExactlyInAnyOrder("a", "b");
    assertThat(destination.folders("b/")).containsExactlyInAnyOrder("1", "2");
    assertThat(destination.folders("b/1/")).isEmpty();
    assertThat(destination.folders("c/")).isEmpty();
  }

  @Test
  void aDeletedObjectIsGone() throws IOException {
    ObjectKey sibling = new ObjectKey("full-20240115-020000/manifest.json");
    destination.put(KEY, text("x"));
    destination.put(sibling, text("y"));
    destination.delete(KEY);
    assertThat(keys("")).containsExactly(sibling.value());
    assertThatThrownBy(() -> read(KEY, ByteRange.ALL)).isInstanceOf(NoSuchFileException.class);
    assertThat(destination.folders("full-20240115-020000/")).isEmpty();
    destination.delete(sibling);
    assertThat(destination.folders("")).isEmpty();
  }

  @Test
  void deletingWhatIsNotThereSucceeds() throws IOException {
    destination.delete(KEY);
    destination.put(KEY, text("x"));
    destination.delete(KEY);
    destination.delete(KEY);
    destination.put(KEY, text("other bytes are welcome now"));
    assertThat(destination.list("")).hasSize(1);
  }

  @Test
  void manyThreadsPutAndDeleteAtOnce() throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      int number = thread;
      tasks.add(
          () -> {
            for (int i = 0; i < races(); i++) {
              ObjectKey kept = new ObjectKey("kept/" + i % 5 + "/" + number + "-" + i);
              ObjectKey gone = new ObjectKey("gone/" + i % 5 + "/" + number + "-" + i);
              destination.put(kept, text(kept.value()));
              destination.put(gone, text(gone.value()));
              destination.delete(gone);
            }
            return null;
          });
    }
    Concurrently.run(tasks);
    assertThat(destination.list("")).hasSize(8 * races());
    assertThat(destination.folders("")).containsExactly("kept");
    for (ObjectInfo info : destination.list("")) {
      assertThat(read(info.key(), ByteRange.ALL)).asString(UTF_8).isEqualTo(info.key().value());
    }
  }

  @Test
  void ofManyThreadsThatPutOneKeyOneWins() throws Exception {
    for (int round = 0; round < races() / 2; round++) {
      ObjectKey key = new ObjectKey("contested/" + round);
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 6; thread++) {
        String bytes = "candidate " + thread % 3;
        tasks.add(
            () -> {
              try {
                destination.put(key, text(bytes));
                return true;
              } catch (FileAlreadyExistsException e) {
                return false;
              }
            });
      }
      List<Boolean> won = Concurrently.run(tasks);
      String winner = new String(read(key, ByteRange.ALL), UTF_8);
      for (int thread = 0; thread < won.size(); thread++) {
        assertThat(won.get(thread)).isEqualTo(winner.equals("candidate " + thread % 3));
      }
    }
  }

  @Test
  void onlyOneHoldsTheLock() throws Exception {
    try (Destination other = open()) {
      Closeable lock = destination.lock("nightly run");
      assertThatThrownBy(() -> destination.lock("second run"))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageContaining("nightly run");
      assertThatThrownBy(() -> other.lock("second run"))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageContaining("nightly run");
      lock.close();
      other.lock("second run").close();
    }
  }

  @Test
  void closingALockTwiceDoesNotFreeAnothersLock() throws Exception {
    Closeable first = destination.lock("first");
    first.close();
    try (Closeable second = destination.lock("second")) {
      first.close();
      assertThatThrownBy(() -> destination.lock("third"))
          .isInstanceOf(RepositoryLockedException.class)
          .hasMessageContaining("second");
      assertThat(second).isNotNull();
    }
  }

  @Test
  void aHeldLeaseIsConfirmedAndAClosedOneIsLost() throws Exception {
    Lease lease = destination.lock("owner");
    lease.confirm();
    assertThat(lease.strength()).isNotNull();
    lease.close();
    assertThatThrownBy(lease::confirm).isInstanceOf(LeaseLostException.class);
    try (Lease next = destination.lock("next")) {
      next.confirm();
      assertThatThrownBy(lease::confirm).isInstanceOf(LeaseLostException.class);
    }
  }

  @Test
  void itHoldsWhatWasPutAndNothingElse() throws IOException {
    byte[] bytes = random(BIG);
    destination.put(KEY, Content.of(bytes));
    assertThat(destination.holds(KEY, Content.of(bytes))).isTrue();
    byte[] changed = bytes.clone();
    changed[BIG / 2] ^= 1;
    assertThat(destination.holds(KEY, Content.of(changed))).isFalse();
    assertThat(destination.holds(KEY, Content.of(Arrays.copyOf(bytes, BIG - 1)))).isFalse();
    assertThat(destination.holds(new ObjectKey("no/such"), Content.of(bytes))).isFalse();
    assertThat(read(KEY, ByteRange.ALL)).isEqualTo(bytes);
  }

  @Test
  void aCheckOfAUsablePlaceFindsNoErrorAndLeavesNothing() throws IOException {
    assertThat(destination.check())
        .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    assertThat(destination.list("")).isEmpty();
    assertThat(destination.folders("")).isEmpty();
    assertThat(destination.proximity()).isNotNull();
  }

  @Test
  void ofManyThreadsOneGetsTheLock() throws Exception {
    CountDownLatch allTried = new CountDownLatch(6);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      tasks.add(
          () -> {
            try (Closeable lock = destination.lock("a thread")) {
              allTried.countDown();
              allTried.await();
              return lock != null;
            } catch (RepositoryLockedException e) {
              allTried.countDown();
              return false;
            }
          });
    }
    assertThat(Concurrently.run(tasks)).containsOnlyOnce(true);
  }

  @Test
  void theLockIsNoObject() throws IOException {
    try (Closeable lock = destination.lock("owner")) {
      assertThat(lock).isNotNull();
      assertThat(destination.list("")).isEmpty();
      assertThat(destination.folders("")).isEmpty();
    }
    assertThat(destination.list("")).isEmpty();
  }

  @Test
  void sweepingTouchesNoObject() throws IOException {
    destination.put(KEY, text("x"));
    try (Closeable lock = destination.lock("owner")) {
      assertThat(lock).isNotNull();
      assertThat(destination.sweep()).isZero();
    }
    assertThat(destination.list("")).hasSize(1);
  }

  @Test
  void thereIsSpace() throws IOException {
    assertThat(destination.usableSpace()).isPositive();
  }

  @Test
  void itHasANameAndClosesTwice() {
    assertThat(destination.name()).isNotBlank();
    assertThatCode(
            () -> {
              destination.close();
              destination.close();
            })
        .doesNotThrowAnyException();
  }

  /** The bytes of a range of an object. */
  protected final byte[] read(ObjectKey key, ByteRange range) throws IOException {
    try (InputStream in = destination.open(key, range)) {
      return in.readAllBytes();
    }
  }

  /** The destination of this test. */
  protected final Destination destination() {
    return destination;
  }

  private List<String> keys(String prefix) throws IOException {
    return destination.list(prefix).stream().map(info -> info.key().value()).toList();
  }

  /** Content that is text. */
  protected static Content text(String text) {
    return Content.of(text.getBytes(UTF_8));
  }

  /** Bytes that do not compress, always the same. */
  protected static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Content that is read as a stream, and may claim a wrong length. */
  private static class Streamed implements Content {
    private final byte[] bytes;
    private final long length;

    Streamed(byte[] bytes, long length) {
      this.bytes = bytes;
      this.length = length;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public Sha256 sha256() {
      return Sha256.of(bytes);
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }

    final void writeHalf(OutputStream out) throws IOException {
      out.write(bytes, 0, bytes.length / 2);
    }

    final void writeOtherHalf(OutputStream out) throws IOException {
      out.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
    }
  }

  private static final class Failing extends Streamed {
    private final IOException failure;

    Failing(byte[] bytes, IOException failure) {
      super(bytes, bytes.length);
      this.failure = failure;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      writeHalf(out);
      throw failure;
    }
  }

  private static final class Slow extends Streamed {
    private final CountDownLatch half;
    private final CountDownLatch goOn;

    Slow(byte[] bytes, CountDownLatch half, CountDownLatch goOn) {
      super(bytes, bytes.length);
      this.half = half;
      this.goOn = goOn;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      writeHalf(out);
      half.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
      writeOtherHalf(out);
    }
  }
}
