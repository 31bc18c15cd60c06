package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.support.PgServer;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class LivePagesIT {
  static final List<Integer> MAJORS = PgServer.MAJORS;

  private static PageFindings.Page page(String path, long block) {
    return new PageFindings.Page(path, block, new Lsn(0));
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void tellsASoundPageAndOneThatIsGoneFromADamagedOne(int major) throws Exception {
    try (PgServer server = PgServer.of(major).dataChecksums(true).start();
        Connection connection = server.connect()) {
      server.execute("create table t as select generate_series(1, 10000) i", "checkpoint");
      String path = server.value("select pg_relation_filepath('t')");
      Path file = server.dataDirectory().resolve(path);
      try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
        damaged.seek(2 * 8192 + 4000);
        damaged.write(damaged.read() ^ 1);
      }
      LivePages pages = new LivePages(connection, new PageLayout(8192, 131072));

      assertThat(pages.isSound(page(path, 1))).as("as it was written").isTrue();
      assertThat(pages.isSound(page(path, 100_000))).as("beyond the end").isTrue();
      assertThat(pages.isSound(page("base/1/99999999", 0))).as("dropped").isTrue();
      assertThat(pages.isSound(page(path, 2))).as("damaged").isFalse();
    }
  }
}
