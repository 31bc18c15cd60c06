package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.core.support.PgServer;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.contract.SourceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A small cluster that is restored to another folder, in which an older one stands. */
class PostgresSourceIT extends SourceContract {
  private static final int MAJOR = 17;
  private static final String DATA =
      "select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by id)), '')"
          + " from trades t";

  private static PgServer server;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server = PgServer.start(MAJOR);
    server.execute(
        "create table trades as select id, md5(id::text) note from generate_series(1, 1000) id");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private Path place() {
    return folder.resolve("servers/restored");
  }

  @Override
  protected Source open() {
    return new PostgresSourceProvider().open("postgres", PostgresCaptureIT.settings(server));
  }

  @Override
  protected Object data() {
    return server.value(DATA);
  }

  @Override
  protected void change() {
    server.execute("insert into trades select max(id) + 1, 'new' from trades");
  }

  @Override
  protected RestoreTask task(Captured captured) throws IOException {
    Files.createDirectories(place());
    Files.writeString(place().resolve("PG_VERSION"), "an older cluster");
    return new RestoreTask(captured, Optional.of(place()), Map.of(), true, bytes -> {});
  }

  @Override
  protected Object restored() {
    try (PgServer other = PgServer.start(place(), MAJOR)) {
      return other.value(DATA);
    }
  }

  @Override
  protected Object target() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().map(PostgresSourceIT::describe).toList();
    }
  }

  private static String describe(Path path) {
    return path + (Files.isDirectory(path) ? "/" : " " + path.toFile().length());
  }

  @Override
  protected List<String> secrets() {
    return List.of(PgServer.PASSWORD);
  }
}
