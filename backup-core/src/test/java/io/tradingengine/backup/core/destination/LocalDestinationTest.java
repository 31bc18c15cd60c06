package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.RepositoryLockedException;
import io.tradingengine.backup.spi.ByteRange;
import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.ObjectInfo;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.contract.DestinationContract;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDestinationTest extends DestinationContract {
  private static final ObjectKey KEY = new ObjectKey("full-20240115-020000/postgres/base-1.tar");

  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void resolve() throws IOException {
    root = directory.toRealPath().resolve("repository");
  }

  @Override
  protected Destination open() {
    return open(directory.resolve("repository"));
  }

  private static Destination open(Path path) {
    return new LocalDestinationProvider().open(Settings.of("local").with("path", path));
  }

  @Test
  void openingAndReadingMakesNothing() throws IOException {
    assertThat(destination().list("")).isEmpty();
    destination().delete(KEY);
    assertThat(destination().sweep()).isZero();
    assertThat(destination().usableSpace()).isPositive();
    assertThat(root).doesNotExist();
  }

  @Test
  void missingFoldersAboveAreMadeToo() throws IOException {
    Path deep = root.resolve("a/b/c");
    try (Destination destination = open(deep)) {
      destination.put(KEY, text("x"));
    }
    assertThat(modes(root)).containsOnly("rwx------ folder", "rw------- file");
    assertThat(deep.resolve(KEY.value())).hasContent("x");
  }

  @Test
  void everythingIsItsOwnersAlone() throws IOException {
    destination().put(KEY, text("x"));
    destination().lock("test").close();
    assertThat(modes(root)).containsOnly("rwx------ folder", "rw------- file");
  }

  static List<String> modes(Path tree) throws IOException {
    List<String> modes = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        modes.add(mode + (Files.isDirectory(path) ? " folder" : " file"));
      }
    }
    return modes;
  }

  @Test
  void nothingTemporaryStaysBehind() throws IOException {
    destination().put(KEY, text("x"));
    destination().put(KEY, text("x"));
    assertThatIOException().isThrownBy(() -> destination().put(KEY, text("other")));
    assertThat(root.resolve(".tmp")).isEmptyDirectory();
  }

  @Test
  void deletingTheLastObjectOfAFolderRemovesTheFolder() throws IOException {
    destination().put(KEY, text("x"));
    destination().put(new ObjectKey("full-20240115-020000/manifest.json"), text("{}"));
    destination().delete(KEY);
    assertThat(root.resolve("full-20240115-020000/postgres")).doesNotExist();
    assertThat(root.resolve("full-20240115-020000/manifest.json")).exists();
    destination().delete(new ObjectKey("full-20240115-020000/manifest.json"));
    assertThat(root.resolve("full-20240115-020000")).doesNotExist();
    assertThat(root).exists();
  }

  @Test
  void folderThatAnotherInstanceRemovedIsMadeAgain() throws IOException {
    destination().put(KEY, text("x"));
    try (Destination other = open()) {
      other.delete(KEY);
    }
    destination().put(KEY, text("y"));
    assertThat(read(KEY, ByteRange.ALL)).asString(UTF_8).isEqualTo("y");
  }

  @Test
  void filesOfOthersAreNeitherListedNorTouched() throws IOException {
    destination().put(KEY, text("x"));
    List<String> foreign =
        List.of(".hidden", "with space", "full-20240115-020000/.x", "ä", "lost+found/x", ".d/x");
    for (String name : foreign) {
      Files.createDirectories(root.resolve(name).getParent());
      Files.writeString(root.resolve(name), "foreign");
    }
    assertThat(destination().list("")).extracting(ObjectInfo::key).containsExactly(KEY);
    assertThat(destination().folders("")).containsExactly("full-20240115-020000");
    destination().sweep();
    assertThat(foreign).allSatisfy(name -> assertThat(root.resolve(name)).hasContent("foreign"));
  }

  @Test
  void sweepingRemovesWhatIsTemporary() throws IOException {
    destination().put(KEY, text("x"));
    Files.writeString(root.resolve(".tmp/left.part"), "half of it");
    Files.writeString(root.resolve(".tmp/left-too.part"), "");
    assertThat(destination().sweep()).isEqualTo(2);
    assertThat(destination().sweep()).isZero();
    assertThat(destination().list("")).hasSize(1);
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    destination().put(new ObjectKey("full/x"), text("x"));
    Files.createSymbolicLink(root.resolve("linked"), outside);
    Files.createSymbolicLink(root.resolve("full/secret"), outside.resolve("secret"));

    assertThat(destination().list("")).hasSize(1);
    assertThat(destination().folders("")).containsExactly("full");
    for (String key : List.of("linked/secret", "full/secret")) {
      assertThatIOException()
          .isThrownBy(() -> read(new ObjectKey(key), ByteRange.ALL))
          .withMessageContaining("symbolic link");
      assertThatIOException().isThrownBy(() -> destination().delete(new ObjectKey(key)));
      assertThatIOException().isThrownBy(() -> destination().put(new ObjectKey(key), text("y")));
    }
    assertThatIOException()
        .isThrownBy(() -> destination().put(new ObjectKey("linked/new"), text("y")));
    assertThat(outside).isDirectoryContaining("glob:**/secret");
    assertThat(outside.resolve("new")).doesNotExist();
    assertThat(outside.resolve("secret")).hasContent("secret");
  }

  @Test
  void aRootThatIsReachedByALinkWorks() throws IOException {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    try (Destination direct = open(link);
        Destination below = open(link.resolve("not/yet/there"))) {
      direct.put(KEY, text("x"));
      below.put(KEY, text("y"));
      assertThat(direct.list("full")).hasSize(1);
      assertThat(below.list("")).hasSize(1);
    }
  }

  @Test
  void aFileInTheWayOfAFolderIsNamed() throws IOException {
    destination().put(new ObjectKey("full"), text("x"));
    assertThatIOException()
        .isThrownBy(() -> destination().put(new ObjectKey("full/x"), text("y")))
        .withMessageContaining(root.resolve("full") + " stands in the way");
  }

  @Test
  void aRootThatVanishesIsNotMadeAnew() throws IOException {
    destination().put(KEY, text("x"));
    Files.move(root, directory.resolve("unmounted"));
    assertThatIOException()
        .isThrownBy(() -> destination().put(KEY, text("x")))
        .withMessageContaining("has vanished; is its disk still mounted?");
    assertThatIOException().isThrownBy(() -> destination().lock("test"));
    assertThat(root).doesNotExist();
  }

  @Test
  void aPathThatIsAFileIsRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("Cannot keep backups in " + file + ": it is a file");
    assertThatThrownBy(() -> open(file.resolve("below")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(file + " is a file");
  }

  @Test
  void aLinkToNothingIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("gone"));
    assertThatThrownBy(() -> open(link))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("is a disk not mounted?");
  }

  @Test
  void anInterruptedPutLeavesNothing() throws IOException {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> destination().put(KEY, Content.of(random(1 << 20))))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(destination().list("")).isEmpty();
    assertThat(root.resolve(".tmp")).isEmptyDirectory();
  }

  @Test
  void deletingAndSweepingGoOnWhenInterrupted() throws IOException {
    destination().put(KEY, text("x"));
    Thread.currentThread().interrupt();
    destination().delete(KEY);
    destination().sweep();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(destination().list("")).isEmpty();
  }

  @Test
  void aFullDiskIsNamedAndLeavesNothing() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    if (run("mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", disk.toString()) != 0) {
      abort("a small disk can only be mounted by root");
    }
    try (Destination small = open(disk)) {
      small.put(new ObjectKey("fits"), Content.of(random(1 << 20)));
      assertThatIOException()
          .isThrownBy(() -> small.put(KEY, Content.of(random(4 << 20))))
          .withMessageContaining("Cannot put " + KEY + " into local:" + disk.toRealPath())
          .withMessageContaining("No space left on device")
          .withMessageContaining("free some space");
      assertThat(small.list("")).hasSize(1);
      assertThat(disk.resolve(".tmp")).isEmptyDirectory();
      small.put(new ObjectKey("fits-still"), Content.of(random(1 << 20)));
      assertThat(small.usableSpace()).isLessThan(2 << 20);
    } finally {
      assertThat(run("umount", disk.toString())).isZero();
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void theLockHoldsAgainstAnotherClassLoader() throws Exception {
    try (Closeable lock = destination().lock("this class loader");
        URLClassLoader loader = new URLClassLoader(classPath(), null)) {
      assertThat(lock).isNotNull();
      Object other = openWith(loader);
      Class<?> type = loader.loadClass(Destination.class.getName());
      assertThat(type).isNotSameAs(Destination.class);
      assertThatThrownBy(() -> type.getMethod("lock", String.class).invoke(other, "other"))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining("is in use by this class loader")
          .extracting(cause -> cause.getClass().getName())
          .isEqualTo(RepositoryLockedException.class.getName());
    }
  }

  private Object openWith(ClassLoader loader) throws ReflectiveOperationException {
    Class<?> settings = loader.loadClass(Settings.class.getName());
    Object bare = settings.getMethod("of", String.class).invoke(null, "local");
    Object full = settings.getMethod("with", String.class, Object.class).invoke(bare, "path", root);
    Class<?> provider = loader.loadClass(LocalDestinationProvider.class.getName());
    return provider
        .getMethod("open", settings)
        .invoke(provider.getConstructor().newInstance(), full);
  }

  private static URL[] classPath() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (Path entry : LocalProcess.classPath()) {
      urls.add(entry.toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  @Test
  void aMissingObjectIsNamedWithItsPlace() {
    assertThatThrownBy(() -> read(KEY, ByteRange.ALL))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(KEY.value())
        .hasMessageContaining("local:" + root);
  }
}
