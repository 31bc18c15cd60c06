package io.tradingengine.backup.core.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails each test after which a thread of a backup or a restore still runs. */
public final class NoThreadLeft implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("backup-"));
  }
}
