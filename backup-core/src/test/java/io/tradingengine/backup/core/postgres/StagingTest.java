package io.tradingengine.backup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  private static final FileRights RIGHTS = FileRights.of(false, Optional.empty());
  private static final String TIME = "20240115T143000Z";

  @TempDir Path folder;

  private Staging create(String target) throws IOException {
    return Staging.create(RestorePlace.of(folder.resolve(target)), "full-1", RIGHTS);
  }

  @Test
  void foldersMadeAboveTheTargetStayOnceItIsPublished() throws IOException {
    try (Staging staging = create("a/b/data")) {
      Files.writeString(staging.folder().resolve("PG_VERSION"), "15");
      staging.publish(TIME, "PG_VERSION");
    }
    assertThat(folder.resolve("a/b")).isDirectoryContaining("glob:**/data");
    assertThat(folder.resolve("a/b/data")).isDirectoryContaining("glob:**/PG_VERSION");
  }

  @Test
  void theyAreTakenBackWithWhatWasNotPublished() throws IOException {
    create("a/b/data").close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theyAreTakenBackWithWhatWasUnpublished() throws IOException {
    try (Staging staging = create("a/b/data")) {
      staging.publish(TIME, "PG_VERSION");
      staging.unpublish();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatWasThereBeforeAndWhatOthersPutThereIsKept() throws IOException {
    Files.createDirectory(folder.resolve("a"));
    try (Staging staging = create("a/b/c/data")) {
      Files.writeString(folder.resolve("a/b/note"), "by somebody else");
      assertThat(staging.folder()).isDirectory();
    }
    create("a/d/data").close();
    assertThat(folder.resolve("a/b")).isDirectoryContaining("glob:**/note");
    assertThat(folder.resolve("a/b/c")).doesNotExist();
    assertThat(folder.resolve("a")).isDirectoryNotContaining("glob:**/d");
  }

  @Test
  void nothingIsLeftWhereItCannotBegin() throws IOException {
    RestorePlace place = RestorePlace.of(folder.resolve("a/b/data"));
    Path deep = place.staging("x/no-such-folder");
    assertThatIOException()
        .isThrownBy(() -> Staging.create(place, "x/no-such-folder", RIGHTS))
        .withMessageContaining(deep.toString());
    assertThat(folder).isEmptyDirectory();

    Files.writeString(folder.resolve("file"), "");
    assertThatIOException()
        .isThrownBy(() -> create("file/data"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("file")).isEmptyFile();
  }

  @Test
  void anInterruptedThreadBeginsAndClearsUp() throws IOException {
    Thread.currentThread().interrupt();
    try (Staging staging = create("a/data")) {
      assertThat(Staging.isAlive(staging.folder())).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anEmptyFolderInTheTargetsPlaceGivesWayAndComesBack() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x--x"));
    try (Staging staging = create("data")) {
      staging.publish(TIME, "PG_VERSION");
      assertThat(staging.aside()).isEmpty();
      staging.unpublish();
    }
    assertThat(folder).isDirectoryContaining("glob:**/data");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwxr-x--x");

    try (Staging staging = create("data")) {
      Files.writeString(staging.folder().resolve("PG_VERSION"), "15");
      staging.publish(TIME, "PG_VERSION");
    }
    assertThat(folder.toFile().list()).containsExactly("data");
    assertThat(data).isDirectoryContaining("glob:**/PG_VERSION");
  }
}
