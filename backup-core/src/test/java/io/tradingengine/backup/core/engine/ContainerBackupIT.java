package io.tradingengine.backup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.Postgres;
import io.tradingengine.backup.RestoreRequest;
import io.tradingengine.backup.Secret;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The official images, where there is a container engine. */
@Testcontainers(disabledWithoutDocker = true)
class ContainerBackupIT {
  private static final String PASSWORD = "Pa55-of-the-container";

  /** The images let nobody replicate from elsewhere. */
  private static final Transferable REPLICATION =
      Transferable.of("echo 'host replication all all scram-sha-256' >> \"$PGDATA/pg_hba.conf\"\n");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"postgres:15", "postgres:16", "postgres:17", "postgres:18"})
  void anOfficialImageIsBackedUpAndRestored(String image) throws Exception {
    TestSystem system = new TestSystem(folder).fill(1);
    BackupMetadata metadata;
    try (PostgreSQLContainer server = new PostgreSQLContainer(image)) {
      server
          .withUsername("postgres")
          .withPassword(PASSWORD)
          .withCopyToContainer(REPLICATION, "/docker-entrypoint-initdb.d/replication.sh")
          .start();
      metadata =
          PostgresBackupIT.backUp(
              system
                  .files()
                  .source(
                      Postgres.at(server.getHost(), server.getMappedPort(5432))
                          .password(Secret.of(PASSWORD)))
                  .build());
    }
    assertThat(metadata.sources()).hasSize(3);

    PostgresBackupIT.restore(system, RestoreRequest.latest().into(folder.resolve("back")));

    assertThat(folder.resolve("back/postgres/PG_VERSION"))
        .hasContent(image.substring(image.indexOf(':') + 1));
  }
}
