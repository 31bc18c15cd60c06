package io.tradingengine.backup.core.destination;

import java.time.Duration;

/**
 * How long a lease lasts, and how its takers wait.
 *
 * @param lasts from its last renewal on
 * @param renewal between two renewals
 * @param patience between two looks at somebody who tries in the same moment
 */
record RsyncLeaseTimes(Duration lasts, Duration renewal, Duration patience) {
  static final RsyncLeaseTimes DEFAULT =
      new RsyncLeaseTimes(Duration.ofSeconds(120), Duration.ofSeconds(40), Duration.ofMillis(300));
}
