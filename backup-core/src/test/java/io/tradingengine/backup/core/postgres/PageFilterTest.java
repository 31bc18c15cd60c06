package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Lsn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pages an earlier capture cannot have as they are. */
class PageFilterTest {
  private static final int PAGE = 8192;
  private static final Lsn SINCE = Lsn.parse("1/100");

  @Test
  void keepsAllButOldPagesThatWereThere() throws IOException {
    ByteBuffer file = ByteBuffer.allocate(7 * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    page(file, 0, "0/FFFFFFF8", PAGE); // changed before
    page(file, 1, "1/100", PAGE); // where the capture began
    page(file, 2, "0/0", PAGE); // initialised, and not logged
    page(file, 3, "0/0", 0); // added, and not used
    page(file, 4, "80000000/0", PAGE); // far away
    page(file, 5, "1/F8", PAGE); // changed before
    page(file, 6, "1/F8", PAGE); // beyond the length of then

    for (int piece : new int[] {7 * PAGE, 1, 1000, PAGE + 1}) {
      try (PageFilter filter = new PageFilter(PAGE, SINCE)) {
        filter.begin(6);
        for (int at = 0; at < file.capacity(); at += piece) {
          filter.accept(file.slice(at, Math.min(piece, file.capacity() - at)));
        }
        assertThat(filter.map().toBits().stream()).containsExactly(1, 2, 3, 4, 6);
        assertThat(filter.map().truncation()).isEqualTo(6);
        assertThat(filter.leftOut()).isTrue();
      }
    }
  }

  private static void page(ByteBuffer file, int number, String lsn, int upper) {
    long value = Lsn.parse(lsn).value();
    file.putInt(number * PAGE, (int) (value >>> 32));
    file.putInt(number * PAGE + 4, (int) value);
    file.putShort(number * PAGE + 14, (short) upper);
  }

  @ParameterizedTest
  @CsvSource({"170010, false", "170011, true", "180005, false", "180006, true", "190000, true"})
  void knowsWhichServersLogWhatTheyClearInVisibilityMaps(int version, boolean logs) {
    assertThat(SummaryCheck.logsMaps(version)).isEqualTo(logs);
  }
}
