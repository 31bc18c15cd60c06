package io.tradingengine.backup.core.retention;

import static io.tradingengine.backup.core.retention.Samples.gone;
import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Retention;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VersionRetentionTest {
  private static final Retention ONE_DAY = Retention.daily(1).minimum(1);
  private static final String NOW = "2024-01-15T03:00:00Z";
  private static final String FIRST = "v20240101000000000-0000000a";
  private static final String SECOND = "v20240110000000000-0000000b";

  private final Samples samples = new Samples();

  @BeforeEach
  void windowSinceTwoInTheMorning() {
    samples.full("2024-01-15T02:00:00Z");
  }

  @Test
  void whatWasCurrentWhenTheWindowBeganStays() {
    String zero = samples.version(FIRST, 0, "2024-01-01T00:00:00.000Z");
    String old = samples.version(FIRST, 1, "2024-01-02T00:00:00.000Z");
    String before = samples.version(FIRST, 2, "2024-01-03T00:00:00.000Z");
    String current = samples.version(FIRST, 3, "2024-01-15T01:59:59.999Z");
    String later = samples.version(FIRST, 4, "2024-01-15T02:00:00.000Z");

    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .containsExactly(old)
        .doesNotContain(zero, before, current, later);
  }

  @Test
  void aSeriesGoesOnceNoVersionOfItWasCurrent() {
    samples.version(FIRST, 0, "2024-01-01T00:00:00.000Z");
    samples.version(FIRST, 1, "2024-01-02T00:00:00.000Z");
    samples.version(SECOND, 0, "2024-01-10T00:00:00.000Z");
    samples.version(SECOND, 1, "2024-01-11T00:00:00.000Z");
    samples.version(SECOND, 2, "2024-01-12T00:00:00.000Z");
    RetentionPlan plan = samples.plan(ONE_DAY, NOW);

    assertThat(gone(plan)).hasSize(2).allMatch(key -> key.contains(FIRST));
    assertThat(plan.groups().get(0).prefix()).isEqualTo("changes/config/" + FIRST + "/");
  }

  @Test
  void aVersionThatDoesNotChangeForYearsStays() {
    samples.version(FIRST, 0, "2021-01-01T00:00:00.000Z");
    samples.version(FIRST, 1, "2021-01-02T00:00:00.000Z");

    assertThat(gone(samples.plan(ONE_DAY, NOW))).isEmpty();
  }

  @Test
  void partsStayAndGoTogether() {
    String folder = "changes/config/" + FIRST + "/";
    for (String name :
        new String[] {
          "0-20240101000000000.tree.000001of000002.zst.gpg",
          "0-20240101000000000.tree.000002of000002.zst.gpg",
          "1-20240102000000000.tree.000001of000002.zst.gpg",
          "1-20240102000000000.tree.000002of000002.zst.gpg",
          "2-20240103000000000.tree.000001of000002",
          "2-20240103000000000.tree.000002of000002",
          "3-20240104000000000.tree.gz"
        }) {
      samples.object(folder + name, NOW);
    }
    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .hasSize(2)
        .allMatch(key -> key.startsWith(folder + "1-"));
  }

  @Test
  void sourcesDoNotKeepOneAnothersVersions() {
    samples.version(FIRST, 0, "2024-01-01T00:00:00.000Z");
    for (int number = 0; number < 4; number++) {
      samples.object(
          "changes/positions/%s/%d-2024010%d000000000.state.zst.gpg"
              .formatted(SECOND, number, number + 1),
          NOW);
    }
    assertThat(gone(samples.plan(ONE_DAY, NOW)))
        .containsExactly("changes/positions/" + SECOND + "/1-20240102000000000.state.zst.gpg");
  }
}
