package io.tradingengine.backup.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestorePreview;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Restored;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.StagedRestore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * What every {@link Source} must do. A source's test inherits these, and gives them a store with
 * data in it. What it tells of data is compared by {@code equals}.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class SourceContract {
  private Source source;

  /** For subclasses. */
  protected SourceContract() {}

  /** The source of the store, which is healthy and has data. */
  protected abstract Source open() throws Exception;

  /** What the store holds now. */
  protected abstract Object data() throws Exception;

  /** Makes the store hold other data than it does. */
  protected abstract void change() throws Exception;

  /** A restore to wherever the tests restore to, which may replace what is there. */
  protected abstract RestoreTask task(Captured captured) throws Exception;

  /** What a restore has brought back; the store's own data where it restores into that. */
  protected Object restored() throws Exception {
    return data();
  }

  /** All that a restore which was not published must leave as it is. */
  protected Object target() throws Exception {
    return data();
  }

  /** What must stand in no manifest. */
  protected List<String> secrets() {
    return List.of();
  }

  /** Opened when it is first needed: after all that the subclass prepares. */
  private Source source() throws Exception {
    if (source == null) {
      source = open();
    }
    return source;
  }

  @AfterEach
  final void closeSource() {
    if (source != null) {
      source.close();
    }
  }

  private record Capture(MemoryCapture memory, SourceState state) {
    Captured captured() {
      return memory.captured(state);
    }
  }

  private Capture capture() throws Exception {
    MemoryCapture memory = new MemoryCapture();
    return new Capture(memory, source().capture(memory));
  }

  private static List<Finding> problems(List<Finding> findings) {
    return findings.stream().filter(each -> each.severity() != Severity.INFO).toList();
  }

  @Test
  void itHasANameAndATypeAndClosesTwice() throws Exception {
    assertThat(SourceNames.isValid(source().name())).isTrue();
    assertThat(SourceNames.isValid(source().type())).isTrue();
    assertThat(source().timing()).isNotNull();
    assertThatCode(source()::close).doesNotThrowAnyException();
  }

  @Test
  void aHealthyStoreIsFoundToBeAndLeftAsItIs() throws Exception {
    Object before = data();
    assertThat(problems(source().check())).isEmpty();
    assertThat(data()).isEqualTo(before);
  }

  @Test
  void aCaptureHasFinishedArtifactsAndAStateWithinItsTime() throws Exception {
    Object before = data();
    Instant begun = Instant.now();
    Capture capture = capture();
    assertThat(capture.state().asOf()).isBetween(begun, Instant.now());
    assertThat(capture.memory().finished()).isNotEmpty().doesNotHaveDuplicates();
    assertThat(capture.memory().unfinished()).isEmpty();
    assertThat(problems(capture.memory().findings())).isEmpty();
    assertThat(data()).isEqualTo(before);
  }

  @Test
  void nothingSecretIsSaidOfACapture() throws Exception {
    Capture capture = capture();
    String said = capture.state() + " " + capture.memory().findings();
    assertThat(secrets()).noneMatch(said::contains);
  }

  @Test
  void whatWasCapturedComesBack() throws Exception {
    Object captured = data();
    Capture capture = capture();
    change();
    assertThat(data()).isNotEqualTo(captured);
    RestoreTask task = task(capture.captured());

    RestorePreview preview = source().preview(task);
    Restored restored;
    try (StagedRestore staged = source().stage(task)) {
      staged.publish();
      restored = staged.finish();
    }

    assertThat(restored()).isEqualTo(captured);
    assertThat(restored.targets()).isEqualTo(preview.targets());
    assertThat(restored.findings()).noneMatch(each -> each.severity() == Severity.ERROR);
  }

  @Test
  void aPreviewChangesNothing() throws Exception {
    Capture capture = capture();
    change();
    RestoreTask task = task(capture.captured());
    Object before = target();
    RestorePreview preview = source().preview(task);
    assertThat(preview.findings()).noneMatch(each -> each.severity() == Severity.ERROR);
    assertThat(target()).isEqualTo(before);
  }

  @Test
  void whatIsStagedAndNotPublishedLeavesTheTargetAsItWas() throws Exception {
    Capture capture = capture();
    change();
    RestoreTask task = task(capture.captured());
    Object before = target();
    source().stage(task).close();
    assertThat(target()).isEqualTo(before);
  }

  @Test
  void whatIsPublishedAndNotFinishedIsTakenBackWhereItCanBe() throws Exception {
    Object captured = data();
    Capture capture = capture();
    change();
    RestoreTask task = task(capture.captured());
    Object before = target();
    StagedRestore staged = source().stage(task);
    staged.publish();
    if (staged.reversible()) {
      staged.close();
      assertThat(target()).isEqualTo(before);
    } else {
      Throwable whatStays = catchThrowable(staged::close);
      if (whatStays != null) {
        assertThat(whatStays).isInstanceOf(IOException.class);
      }
      assertThat(restored()).isEqualTo(captured);
    }
  }

  @Test
  void aDamagedArtifactIsRefusedBeforeTheTargetIsTouched() throws Exception {
    Capture capture = capture();
    change();
    for (String artifact : capture.memory().finished()) {
      RestoreTask task = task(new DamagedCapture(capture.captured(), artifact));
      Object before = target();
      assertThatThrownBy(() -> source().stage(task))
          .as("with '%s' damaged", artifact)
          .satisfies(
              thrown -> assertThat(causes(thrown)).anyMatch(IntegrityException.class::isInstance));
      assertThat(target()).isEqualTo(before);
    }
  }

  @Test
  void anInterruptionEndsACaptureAndTheNextOneSucceeds() throws Exception {
    Thread capturing = Thread.currentThread();
    AtomicBoolean done = new AtomicBoolean();
    MemoryCapture interrupting =
        new MemoryCapture() {
          @Override
          protected void arrived(String artifact, int bytes) {
            if (!done.getAndSet(true)) {
              capturing.interrupt();
            }
          }
        };
    assertThatThrownBy(() -> source().capture(interrupting))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(capture().memory().finished()).isNotEmpty();
  }

  @Test
  void aSinkThatFailsFailsTheCaptureAndTheNextOneSucceeds() throws Exception {
    IOException full = new IOException("no space left in this test");
    MemoryCapture failing =
        new MemoryCapture() {
          @Override
          protected void arrived(String artifact, int bytes) throws IOException {
            throw full;
          }
        };
    Throwable thrown = catchThrowable(() -> source().capture(failing));
    assertThat(thrown).isInstanceOf(IOException.class);
    assertThat(causes(thrown)).contains(full);
    assertThat(failing.finished()).isEmpty();
    assertThat(capture().memory().finished()).isNotEmpty();
  }

  private static List<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, each -> each != null, Throwable::getCause).limit(50).toList();
  }
}
