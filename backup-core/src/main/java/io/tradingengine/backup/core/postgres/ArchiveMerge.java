package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import io.tradingengine.backup.spi.IndexEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes one archive of a chain's newest capture again, member by member: each incremental file
 * gives way to the file that is put together. Used once, by one thread.
 */
final class ArchiveMerge {
  /** Larger than what is read ahead of a capture as a rule, so that little of that is lost. */
  private static final int WINDOW = 16 << 20;

  /** The label is a few lines of text. */
  private static final int LARGEST_LABEL = 1 << 20;

  private final String key;
  private final ArtifactContents contents;
  private final Combination combination;
  private final Optional<AssembledPages> pages;
  private final int newest;
  private final Map<String, Member> members = new HashMap<>();
  private final byte[] window = new byte[WINDOW];

  /** That of the member which is at hand, as it stands in the archive. */
  private final byte[] header = new byte[TarHeader.BLOCK];

  private final Map<String, Integer> checksums = new HashMap<>();
  private Optional<byte[]> label = Optional.empty();

  /**
   * @param key what messages call the capture
   * @param pages looks at the pages of what is put together; empty where they have no checksums
   */
  ArchiveMerge(
      String key,
      ArtifactContents contents,
      Combination combination,
      Optional<AssembledPages> pages) {
    this.key = key;
    this.contents = contents;
    this.combination = combination;
    this.pages = pages;
    this.newest = combination.links().size() - 1;
    contents.members().forEach(member -> members.put(member.inArtifact(), member));
  }

  /** The CRC-32C of each file that was put together, by the name of its incremental file. */
  Map<String, Integer> checksums() {
    return checksums;
  }

  /** The label, if the archive had one that was changed. */
  Optional<byte[]> label() {
    return label;
  }

  /** Writes the archive. */
  void run(ArtifactSink sink) throws IOException {
    try (LinkCursors cursors = new LinkCursors(combination.links(), contents.artifact());
        ArtifactStream out = sink.create(contents.artifact(), "tar")) {
      long position = 0;
      while (true) {
        cursors.read(newest, position, header, 0, header.length);
        if (TarHeader.isEnd(header)) {
          break;
        }
        position += header.length;
        TarHeader found = TarHeader.parse(header);
        member(new Entry(found, position), cursors, out);
        position += found.size() + TarHeader.padding(found.size());
      }
      if (!members.isEmpty()) {
        throw broken("lacks " + members.keySet().stream().limit(3).toList());
      }
      out.write(new byte[2 * TarHeader.BLOCK]);
      out.finish();
    }
  }

  /**
   * A member as it stands in the newest capture's archive.
   *
   * @param header what it says of itself
   * @param offset where its data begin
   */
  private record Entry(TarHeader header, long offset) {}

  private void member(Entry entry, LinkCursors cursors, ArtifactStream out) throws IOException {
    if (entry.header().type() != IndexEntry.Type.FILE) {
      put(entry, entry.header().path(), 0, out);
      return;
    }
    Member member = take(entry);
    Optional<Assembly> assembly = combination.of(member);
    long size;
    if (assembly.isPresent()) {
      size = member.restoredSize();
      put(entry, IncrementalName.original(entry.header().path()).orElseThrow(), size, out);
      assemble(assembly.get(), cursors, out);
    } else if (member.name().equals(BackupLabel.NAME)) {
      byte[] changed = BackupLabel.ofWhole(label(member, cursors));
      size = changed.length;
      label = changed.length == member.size() ? Optional.empty() : Optional.of(changed);
      put(entry, entry.header().path(), size, out);
      out.write(changed);
    } else {
      size = member.size();
      put(entry, entry.header().path(), size, out);
      copy(member, cursors, out);
    }
    out.write(new byte[TarHeader.padding(size)]);
  }

  /** What the index has of a member, which has to be the same. */
  private Member take(Entry entry) {
    String path = entry.header().path();
    Member member = members.remove(path.startsWith("./") ? path.substring(2) : path);
    if (member == null
        || member.size() != entry.header().size()
        || (member.size() > 0 && member.offset() != entry.offset())) {
      throw broken("has '" + path + "', of which its index says something else");
    }
    return member;
  }

  /** Writes a header, and records where the data after it begin. */
  private void put(Entry entry, String path, long size, ArtifactStream out) throws IOException {
    TarHeader was = entry.header();
    boolean same = path.equals(was.path()) && size == was.size();
    out.write(same ? header : TarHeader.renamed(header, path, size));
    out.index(new IndexEntry(path, was.type(), was.mode(), out.position(), size, was.link()));
  }

  private void assemble(Assembly assembly, LinkCursors cursors, ArtifactStream out)
      throws IOException {
    String name = assembly.newest().restoredName();
    long firstBlock = combination.firstBlock(name);
    int crc =
        new FileMerge(assembly, cursors, window)
            .writeTo(
                out,
                (block, whole) ->
                    pages.ifPresent(each -> each.check(name, firstBlock + block, whole)));
    checksums.put(assembly.newest().name(), crc);
    compare(combination.expected(name), crc);
  }

  private byte[] label(Member member, LinkCursors cursors) throws IOException {
    if (member.size() > LARGEST_LABEL) {
      throw broken("has a '" + member.name() + "' of " + member.size() + " bytes");
    }
    byte[] bytes = new byte[(int) member.size()];
    cursors.read(newest, member.offset(), bytes, 0, bytes.length);
    return bytes;
  }

  private void copy(Member member, LinkCursors cursors, ArtifactStream out) throws IOException {
    CRC32C crc = new CRC32C();
    for (long done = 0; done < member.size(); ) {
      int length = (int) Math.min(window.length, member.size() - done);
      cursors.read(newest, member.offset() + done, window, 0, length);
      crc.update(window, 0, length);
      out.write(window, 0, length);
      done += length;
    }
    compare(member.expected(), (int) crc.getValue());
  }

  private void compare(Optional<ManifestFile> expected, int crc) {
    String actual = ManifestChecksum.hex(crc);
    expected
        .filter(file -> file.algorithm() == ManifestChecksum.CRC32C)
        .filter(file -> !file.checksum().equals(actual))
        .ifPresent(
            file -> {
              throw broken(new MismatchException(file, actual).getMessage());
            });
  }

  private IntegrityException broken(@Nullable String what) {
    return new IntegrityException(
        key + "/" + contents.artifact(), String.valueOf(what), "take a full backup", null);
  }
}
