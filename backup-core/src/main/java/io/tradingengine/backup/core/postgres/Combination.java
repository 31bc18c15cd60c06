package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.SourceState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which capture of a chain gives which block of each file: the newest that has it; but what
 * lies beyond the length to which the file was cut since is not what an older one has there. Knows
 * all that before a byte of the files is read. Immutable.
 */
final class Combination {
  private final List<Captured> links;
  private final BackupContents newest;
  private final Map<String, Assembly> assemblies;

  private Combination(
      List<Captured> links, BackupContents newest, Map<String, Assembly> assemblies) {
    this.links = List.copyOf(links);
    this.newest = newest;
    this.assemblies = assemblies;
  }

  /**
   * A link of a chain.
   *
   * @param captured the capture
   * @param contents what is in it
   */
  record Link(Captured captured, BackupContents contents) {}

  /**
   * For a chain.
   *
   * @param chain its links, the one that stands on its own first
   * @param sourceName the source, for messages
   * @throws IntegrityException if the links do not build on one another, or a file is missing
   */
  static Combination of(List<Link> chain, String sourceName) {
    for (int i = 0; i < chain.size(); i++) {
      checkLink(
          i == 0 ? Optional.empty() : Optional.of(chain.get(i - 1)), chain.get(i), sourceName);
    }
    List<Map<String, Member>> files = new ArrayList<>();
    chain.forEach(link -> files.add(byName(link.contents())));
    Map<String, Assembly> assemblies = new HashMap<>();
    for (Member member : files.get(files.size() - 1).values()) {
      if (member.blocks().isPresent()) {
        assemblies.put(member.name(), assemble(member, files, chain, sourceName));
      }
    }
    return new Combination(
        chain.stream().map(Link::captured).toList(),
        chain.get(chain.size() - 1).contents(),
        assemblies);
  }

  private static void checkLink(Optional<Link> before, Link link, String sourceName) {
    Optional<String> from = link.contents().state().find(IncrementalWay.FROM);
    Optional<String> start = before.map(each -> each.contents().state().require("start-lsn"));
    if (!from.equals(start)) {
      throw broken(
          link,
          sourceName,
          "builds on a capture from "
              + from.orElse("nowhere")
              + ", the one before it is from "
              + start.orElse("nowhere"));
    }
    if (before.isEmpty()) {
      return;
    }
    SourceState then = before.get().contents().state();
    for (String same : List.of("system-identifier", "timeline", "block-size", "data-checksums")) {
      if (!then.require(same).equals(link.contents().state().require(same))) {
        throw broken(link, sourceName, "has another " + same + " than the one that it builds on");
      }
    }
  }

  private static Map<String, Member> byName(BackupContents contents) {
    Map<String, Member> members = new HashMap<>();
    contents.base().members().forEach(member -> members.put(member.name(), member));
    contents
        .tablespaces()
        .forEach(
            tablespace ->
                tablespace
                    .contents()
                    .members()
                    .forEach(member -> members.put(member.name(), member)));
    return members;
  }

  private static Assembly assemble(
      Member newest, List<Map<String, Member>> files, List<Link> chain, String sourceName) {
    BlockMap wanted = newest.blocks().orElseThrow();
    String path = newest.restoredName();
    BitSet needed = new BitSet(wanted.length());
    needed.set(0, wanted.length());
    BitSet zeros = new BitSet();
    List<Assembly.Share> shares = new ArrayList<>();
    int last = files.size() - 1;
    for (int i = last; i >= 0 && (i == last || !needed.isEmpty()); i--) {
      Member member = find(path, files.get(i));
      if (member == null) {
        throw broken(chain.get(i), sourceName, "lacks '" + path + "', on which later ones build");
      }
      BitSet given =
          member.blocks().map(BlockMap::toBits).orElseGet(() -> all(member, wanted.pageSize()));
      given.and(needed);
      needed.andNot(given);
      // The newest is looked at even if it gives nothing: its header says how long the file is.
      if (i == last || !given.isEmpty()) {
        shares.add(new Assembly.Share(i, member, given));
      }
      // What is beyond was cut off meanwhile, or never there: nothing older is to be seen again.
      int limit = member.blocks().map(BlockMap::cut).orElse(0);
      BitSet beyond = (BitSet) needed.clone();
      beyond.clear(0, limit);
      zeros.or(beyond);
      needed.andNot(beyond);
    }
    if (!needed.isEmpty()) {
      throw broken(chain.get(0), sourceName, "does not have all of '" + path + "'");
    }
    return new Assembly(newest, shares, zeros);
  }

  /** The incremental file; the whole one where there is none. */
  private static @Nullable Member find(String path, Map<String, Member> members) {
    Member incremental = members.get(IncrementalName.of(path));
    return incremental != null && incremental.blocks().isPresent()
        ? incremental
        : members.get(path);
  }

  private static BitSet all(Member member, int pageSize) {
    BitSet all = new BitSet();
    all.set(0, (int) (member.size() / pageSize));
    return all;
  }

  private static IntegrityException broken(Link link, String sourceName, String what) {
    return new IntegrityException(
        link.captured().backupId() + "/" + sourceName,
        what,
        "restore another backup; 'verify' says which are whole",
        null);
  }

  /** Looks at the pages of what is put together; empty where nothing is, or without checksums. */
  Optional<AssembledPages> pages() {
    SourceState state = newest.state();
    return assemblies.isEmpty() || !state.require("data-checksums").equals("on")
        ? Optional.empty()
        : Optional.of(new AssembledPages(layout(), state));
  }

  private PageLayout layout() {
    return PageLayout.of(newest.state());
  }

  /** What the newest capture's manifest says of a file that is put together. */
  Optional<ManifestFile> expected(String name) {
    return Optional.ofNullable(newest.manifest().files().get(name));
  }

  /** The number in its relation of a file's first block. */
  long firstBlock(String name) {
    int dot = name.lastIndexOf('.');
    return dot < name.lastIndexOf('/')
        ? 0
        : Long.parseLong(name.substring(dot + 1)) * layout().pagesPerSegment();
  }

  /**
   * The manifest of what is put together.
   *
   * @param checksums the CRC-32C of each file that is, by the name of its incremental file
   */
  ServerManifest manifest(Map<String, Integer> checksums) {
    return newest.manifest().assembled(checksums, assemblies);
  }

  /** The captures, the one that stands on its own first. */
  List<Captured> links() {
    return links;
  }

  /**
   * How the file is put together that a member of the newest capture is for; empty if it is whole.
   */
  Optional<Assembly> of(Member member) {
    return Optional.ofNullable(assemblies.get(member.name()));
  }
}
