package io.tradingengine.backup.core.retention;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** Files and state of which versions are kept as they change. */
final class SimulatedVersions {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Random random;
  private final Consumer<String> store;
  private String series = "";
  private Set<String> zero = Set.of();
  private int number;
  private Set<String> current = Set.of();

  SimulatedVersions(Random random, Consumer<String> store) {
    this.random = random;
    this.store = store;
  }

  /** What a restore to this moment needs, by key. */
  Set<String> live(Instant now) {
    if (random.nextInt(10) < 6 && !series.isEmpty()) {
      return current;
    }
    Set<String> before = current;
    if (series.isEmpty() || random.nextInt(30) == 0) {
      series = "v" + TIME.format(now) + String.format(Locale.ROOT, "-%08x", random.nextInt());
      number = 0;
      zero = put(now);
      current = zero;
    } else {
      number++;
      current = new HashSet<>(zero);
      current.addAll(put(now));
    }
    // Until it was stored, points name the version before it.
    return random.nextInt(4) == 0 && !before.isEmpty() ? before : current;
  }

  private Set<String> put(Instant now) {
    String name = "changes/config/%s/%d-%s.tree".formatted(series, number, TIME.format(now));
    Set<String> keys = new HashSet<>();
    if (random.nextInt(5) == 0) {
      keys.add(name + ".000001of000002.zst.gpg");
      keys.add(name + ".000002of000002.zst.gpg");
    } else {
      keys.add(name + ".zst.gpg");
    }
    keys.forEach(store);
    return Set.copyOf(keys);
  }
}
