package io.tradingengine.backup.core.files;

import static io.tradingengine.backup.core.files.Trees.file;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.core.files.Trees.Taken;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.SourceState;
import io.tradingengine.backup.spi.contract.MemoryCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains that somebody has tampered with, or of which something is missing. */
class HostileListingTest {
  private static final String NONE = "-";

  @TempDir Path temp;
  private Path root;
  private String member;
  private Path into;
  private Increments chain;

  /** A full capture with {@code a} and {@code b}, then one in which {@code b} is different. */
  @BeforeEach
  void makeChain() throws Exception {
    Path base = temp.toRealPath();
    root = Files.createDirectory(base.resolve("app"));
    member = RawNames.of(root).substring(1);
    into = base.resolve("into");
    file(root.resolve("a"), "from the first");
    file(root.resolve("b"), "one");
    file(root.resolve("d/c"), "deep");
    chain = new Increments(root);
    chain.take();
    Files.writeString(root.resolve("b"), "two, longer");
    chain.take();
  }

  private void assertRefused(String... words) throws IOException {
    assertRefused(chain.task(chain.links.size() - 1, into), words);
  }

  private void assertRefused(RestoreTask task, String... words) throws IOException {
    assertThatThrownBy(() -> Trees.restore(task))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContainingAll(words);
    assertThat(Trees.list(into.getParent())).containsExactly("app");
  }

  /** Changes the newest listing, and what the manifest says of it. */
  private void rewrite(UnaryOperator<String> change) {
    Taken newest = chain.links.get(chain.links.size() - 1);
    String text = new String(newest.memory().bytes("tree"), ISO_8859_1);
    String changed = change.apply(text);
    assertThat(changed).isNotEqualTo(text);
    byte[] bytes = changed.getBytes(ISO_8859_1);
    newest.memory().replace("tree", "list", bytes);
    MessageDigest digest = Sha256.newDigest();
    digest.update(bytes);
    say(chain.links.size() - 1, "tree", Comparison.hex(digest));
  }

  private void say(int link, String attribute, String value) {
    Taken taken = chain.links.get(link);
    Map<String, String> attributes = new HashMap<>(taken.state().attributes());
    if (value.equals(NONE)) {
      attributes.remove(attribute);
    } else {
      attributes.put(attribute, value);
    }
    chain.links.set(
        link, new Taken(taken.memory(), new SourceState(taken.state().asOf(), attributes)));
  }

  private String path(String name) {
    return "\0" + member + "/" + name + "\0";
  }

  /** The attributes of a name with another value in one field. */
  private UnaryOperator<String> field(String name, int field, String value) {
    return text -> {
      int end = text.indexOf(path(name));
      int begin = text.lastIndexOf('\0', end - 1) + 1;
      String[] fields = text.substring(begin, end).split(" ", -1);
      fields[field] = value;
      return text.substring(0, begin) + String.join(" ", fields) + text.substring(end);
    };
  }

  @Test
  void theChainItselfIsRestored() throws Exception {
    Trees.restore(chain.task(1, into));
    assertThat(TreeSnapshot.of(Trees.below(into, root))).isEqualTo(TreeSnapshot.of(root));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../b", "..", ".", "b/../../../c", "b//c", "b/"})
  void aNameThatLeadsElsewhereIsRefused(String name) throws Exception {
    rewrite(text -> text.replace(path("d"), path(name)));
    assertRefused("member '" + member + "/" + name + "'");
  }

  @Test
  void anAbsoluteNameIsRefused() throws Exception {
    rewrite(text -> text.replace(path("d"), "\0/etc/d\0"));
    assertRefused("member '/etc/d' has an absolute name");
  }

  @Test
  void aNameOutsideTheCapturedPathsIsRefused() throws Exception {
    rewrite(text -> text.replace(path("d"), "\0etc/d\0"));
    assertRefused("member 'etc/d' lies outside the captured paths");
  }

  @Test
  void aFolderThatStandsTwiceIsRefused() throws Exception {
    rewrite(
        text -> {
          int name = text.indexOf(path("d"));
          int begin = text.lastIndexOf('\0', name - 1) + 1;
          String entry = text.substring(begin, name + path("d").length() + 1);
          return text.substring(0, begin) + entry + text.substring(begin);
        });
    assertRefused("/d' stands twice");
  }

  @Test
  void aFileThatStandsTwiceIsRefused() throws Exception {
    rewrite(text -> text.replace(path("b"), path("a")));
    assertRefused("/a'");
  }

  @Test
  void goingThroughALinkIsRefused() throws Exception {
    rewrite(
        text -> field("d", 0, "l").apply(text).replace(path("d") + "\0", path("d") + temp + "\0"));
    assertRefused("/d/c' goes through");
  }

  @Test
  void aHardLinkToTheOutsideIsRefused() throws Exception {
    rewrite(
        text ->
            field("d", 0, "h").apply(text).replace(path("d") + "\0", path("d") + "etc/passwd\0"));
    assertRefused("/d' is a hard link out of its captured path");
  }

  @ParameterizedTest
  @CsvSource({
    "a, 10, 1, is missing: the listing says that its content is here",
    "b, 10, 0, has 3 bytes",
    "b, 10, 2, is listed as stored in a later backup",
    "a, 8, 13, 'has 14 bytes, and the listing says 13'",
    "a, 11, -, without a digest",
    "a, 1, 99999, has '99999' in it",
    "a, 1, 0888, has '0888' in it",
    "a, 0, x, has 'x' in it",
    "a, 2, 4294967296, has '4294967296' in it",
    "a, 8, -1, has '-1' in it",
    "a, 8, 99999999999999999999, in it",
    "a, 4, 99999999999999999.000000000, has the time",
    "a, 4, now, has 'now' in it",
    "a, 11, abc, has 'abc' in it",
    "a, 11, x y, is no line of a listing"
  })
  void whatDoesNotFitIsRefused(String name, int field, String value, String why) throws Exception {
    rewrite(field(name, field, value));
    assertRefused(member + "/" + name + "'", why);
  }

  @Test
  void anotherContentIsRefused() throws Exception {
    rewrite(field("a", 11, "00".repeat(32)));
    assertRefused("/a' has another content");
  }

  @Test
  void aContentThatWasExchangedInAnEarlierCaptureIsRefused() throws Exception {
    MemoryCapture memory = chain.links.get(0).memory();
    String tar = new String(memory.bytes("files"), ISO_8859_1);
    memory.replace(
        "files", "tar", tar.replace("from the first", "from the thief").getBytes(ISO_8859_1));
    assertRefused("/a' has another content");
  }

  @Test
  void aFileThatTheListingDoesNotNameIsRefused() throws Exception {
    rewrite(
        text -> {
          int name = text.indexOf(path("b"));
          int begin = text.lastIndexOf('\0', name - 1) + 1;
          return text.substring(0, begin) + text.substring(name + path("b").length() + 1);
        });
    assertRefused("/b' is not in the listing");
  }

  @Test
  void aNameThatIsMissingIsMissedInTheTotals() throws Exception {
    rewrite(
        text -> {
          int name = text.indexOf(path("a"));
          int begin = text.lastIndexOf('\0', name - 1) + 1;
          return text.substring(0, begin) + text.substring(name + path("a").length() + 1);
        });
    assertRefused("and the manifest says");
  }

  @Test
  void aListingThatIsNotWholeIsRefused() throws Exception {
    rewrite(text -> text.substring(0, text.length() - "end\0".length()));
    assertRefused("/tree: is cut short after '" + member + "/d/c'");
  }

  @Test
  void aListingThatGoesOnIsRefused() throws Exception {
    rewrite(text -> text + "x");
    assertRefused("/tree: goes on after its end");
  }

  @Test
  void aNameWithoutEndIsRefused() throws Exception {
    rewrite(text -> text.replace(path("d"), path("d".repeat(1 << 17))));
    assertRefused("has a text that is too long after '" + member + "/b'");
  }

  @Test
  void aForeignListingIsRefused() throws Exception {
    rewrite(text -> "something else\0" + text);
    assertRefused("does not begin with 'trading-engine tree 1'");
    rewrite(text -> "trading-engine tree 1\0soon\0");
    assertRefused("does not say when it was begun");
  }

  @Test
  void aListingThatTheManifestDoesNotNameIsRefused() throws Exception {
    say(1, "tree", "00".repeat(32));
    assertRefused("is not the one that the manifest names");
  }

  @ParameterizedTest
  @CsvSource({
    "1, tree.depth, 2, 'builds on 2 earlier backups, and 1 are there'",
    "1, tree.depth, x, does not say how many",
    "1, tree.depth, -, does not say how many",
    "1, tree, -, has no listing",
    "0, tree, -, has no listing",
    "0, tree.depth, 7, 'builds on 7 earlier backups, and 0 are there'",
    "1, tree.parent, -, does not build on full-",
    "1, tree.parent, 00, does not build on full-",
    "0, root.1, /etc, covers other paths than full-"
  })
  void capturesThatDoNotFitTogetherAreRefused(int link, String attribute, String value, String why)
      throws Exception {
    say(link, attribute, value);
    assertRefused("/config: ", why);
    assertThatThrownBy(() -> chain.source(Clock.systemUTC()).preview(chain.task(1, into)))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aChainOfWhichALinkIsMissingIsRefused() throws Exception {
    chain.take();
    List<Captured> all = chain.links.stream().map(Taken::captured).toList();
    assertRefused(task(all.get(2), List.of()), "builds on 2 earlier backups, and 0 are there");
    assertRefused(task(all.get(2), List.of(all.get(0))), "builds on 2 earlier backups, and 1");
    assertRefused(task(all.get(2), List.of(all.get(1), all.get(0))), "builds on 1 earlier");
    assertRefused(task(all.get(0), List.of(all.get(1))), "builds on 1 earlier backups, and 0");
  }

  private RestoreTask task(Captured captured, List<Captured> earlier) {
    return new RestoreTask(
        captured, earlier, Optional.empty(), Optional.of(into), Map.of(), false, bytes -> {});
  }

  @Test
  void aFullCaptureWithoutItsListingIsRefused() throws Exception {
    Taken whole = chain.links.get(0);
    MemoryCapture memory = new MemoryCapture();
    memory.create("files", "tar").finish();
    memory.replace("files", "tar", whole.tar());
    assertRefused(
        task(memory.captured(whole.state()), List.of()),
        "lacks the artifact 'tree' in the manifest");
  }
}
