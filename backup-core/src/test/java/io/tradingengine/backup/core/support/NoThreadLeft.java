package io.tradingengine.backup.core.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails each test after which a thread of a backup or a restore still runs. One that is told to end
 * may take its last steps meanwhile.
 */
public final class NoThreadLeft implements AfterEachCallback {
  private static final long LAST_STEPS_NANOS = TimeUnit.SECONDS.toNanos(2);

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    long begin = System.nanoTime();
    while (!left().isEmpty() && System.nanoTime() - begin < LAST_STEPS_NANOS) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(left()).isEmpty();
  }

  private static List<String> left() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("backup-"))
        .toList();
  }
}
