package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.BackupId;
import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.Postgres.SslMode;
import io.tradingengine.backup.core.postgres.wire.ConnectionSpec;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.SourceState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A cluster that was made up: relations that are written, cut, extended and dropped at random, and
 * captured by the code under test, in both ways. What the server of the first way does is copied
 * from PostgreSQL's {@code basebackup_incremental.c}.
 */
final class Cluster {
  static final int PAGE = 1024;
  static final PageLayout LAYOUT = new PageLayout(PAGE, 8);
  static final String VERSION = "PG_15_202209061";
  static final String OTHER = "pg_tblspc/16500/" + VERSION + "/";
  static final int WAL_SEGMENT = 1 << 20;
  private static final Instant TIME = Instant.parse("2024-01-15T02:00:00Z");

  /** A main fork. */
  static final class Relation {
    final List<byte[]> pages = new ArrayList<>();
    private final BitSet changed = new BitSet();
    private int limit = 0; // it was made since
    private int segments = 1;
  }

  final TreeMap<String, Relation> relations = new TreeMap<>();
  final List<TarCaptured> links = new ArrayList<>();
  private final Set<String> files = new HashSet<>();
  private final Path folder;
  private final Random random;
  private final Path wal;
  private final List<IndexEntry> walIndex;
  private long lsn = WAL_SEGMENT + 40;

  Cluster(Path folder, Random random) throws IOException {
    this.folder = folder;
    this.random = random;
    this.wal = folder.resolve("wal.tar");
    if (!Files.exists(wal)) {
      Files.write(wal, new byte[WAL_SEGMENT + 512]);
    }
    this.walIndex =
        List.of(
            new IndexEntry(
                "000000010000000000000001", IndexEntry.Type.FILE, 0600, 512, WAL_SEGMENT, ""));
  }

  private long nextLsn() {
    return ++lsn;
  }

  // Changes.

  Relation create(String path) {
    Relation relation = new Relation();
    relations.put(path, relation);
    return relation;
  }

  void write(Relation relation, int block) {
    while (relation.pages.size() <= block) {
      relation.pages.add(new byte[PAGE]);
    }
    relation.segments = Math.max(relation.segments, block / 8 + 1);
    relation.pages.set(block, Pages.page(PAGE, random, nextLsn(), block));
    relation.changed.set(block);
  }

  /** Adds pages of zeros, which is not logged. */
  void extend(Relation relation, int count) {
    for (int i = 0; i < count; i++) {
      relation.pages.add(new byte[PAGE]);
    }
    relation.segments = Math.max(relation.segments, (relation.pages.size() + 7) / 8);
  }

  void cut(Relation relation, int to) {
    nextLsn();
    relation.pages.subList(to, relation.pages.size()).clear();
    relation.limit = Math.min(relation.limit, to);
    relation.changed.clear(to, Math.max(to, relation.changed.length()));
  }

  /** Changes something at random. */
  void change(List<String> paths) {
    String path = paths.get(random.nextInt(paths.size()));
    Relation relation = relations.get(path);
    int action = random.nextInt(20);
    if (relation == null) {
      relation = create(path);
      action = 12 + random.nextInt(6);
    }
    int length = relation.pages.size();
    if (action < 8 && length > 0) {
      write(relation, random.nextInt(length));
    } else if (action < 12 && length > 0) {
      cut(relation, random.nextInt(length + 1));
    } else if (action < 16 && length < 40) {
      int count = 1 + random.nextInt(5);
      for (int i = 0; i < count; i++) {
        write(relation, length + i);
      }
    } else if (action < 18 && length < 40) {
      extend(relation, 1 + random.nextInt(12));
    } else if (action == 18) {
      relations.remove(path);
    }
  }

  // What there is.

  /** The files of all relations, as they are. */
  SortedMap<String, byte[]> files() {
    TreeMap<String, byte[]> all = new TreeMap<>();
    relations.forEach(
        (path, relation) -> {
          for (int segment = 0; segment < relation.segments; segment++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int block = segment * 8;
                block < Math.min(relation.pages.size(), segment * 8 + 8);
                block++) {
              bytes.writeBytes(relation.pages.get(block));
            }
            all.put(segment == 0 ? path : path + "." + segment, bytes.toByteArray());
          }
        });
    return all;
  }

  private SortedMap<String, byte[]> others(Optional<IncrementalWay> way) {
    TreeMap<String, byte[]> all = new TreeMap<>();
    all.put("PG_VERSION", "15\n".getBytes(UTF_8));
    all.put("base/5/PG_VERSION", "15\n".getBytes(UTF_8));
    String label = "START WAL LOCATION: 0/1\n";
    all.put(
        "backup_label",
        (way.equals(Optional.of(IncrementalWay.SERVER))
                ? label + "INCREMENTAL FROM LSN: 0/1\nINCREMENTAL FROM TLI: 1\n"
                : label)
            .getBytes(UTF_8));
    all.put("postgresql.conf", "port = 1\n".getBytes(UTF_8));
    all.put("global/pg_control", new byte[8192]);
    return all;
  }

  // Captures.

  private static byte[] archive(Map<String, byte[]> files, String below) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (below.isEmpty() != file.getKey().startsWith("pg_tblspc/")) {
        byte[] bytes = file.getValue();
        String name = file.getKey().substring(below.isEmpty() ? 0 : "pg_tblspc/16500/".length());
        tar.writeBytes(TarHeader.file(name, bytes.length).encode(TIME));
        tar.writeBytes(bytes);
        tar.writeBytes(new byte[TarHeader.padding(bytes.length)]);
      }
    }
    tar.writeBytes(new byte[1024]);
    return tar.toByteArray();
  }

  private static byte[] folder(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.putArchiveEntry(new TarArchiveEntry(name + "/"));
      tar.closeArchiveEntry();
    }
    return Arrays.copyOf(bytes.toByteArray(), TarHeader.BLOCK);
  }

  static ServerFacts facts() {
    return new ServerFacts(
        "7", "15.5", 150005, WAL_SEGMENT, LAYOUT, true, Optional.empty(), "", Map.of());
  }

  private static void send(Archives archives, String name, byte[] bytes)
      throws IOException, InterruptedException {
    try (BackupPart part = archives.open(name)) {
      for (int at = 0; at < bytes.length; at += 3000) {
        part.write(ByteBuffer.wrap(bytes, at, Math.min(3000, bytes.length - at)));
      }
      part.finish();
    }
  }

  TarCaptured newest() {
    return links.get(links.size() - 1);
  }

  List<Captured> earlier() {
    return List.copyOf(links.subList(0, links.size() - 1));
  }

  /** Takes a capture; empty for one of everything. */
  TarCaptured capture(Optional<IncrementalWay> way) throws IOException, InterruptedException {
    Lsn start = new Lsn(nextLsn());
    FolderSink sink = new FolderSink(Files.createDirectory(folder.resolve("l" + links.size())));
    SortedMap<String, byte[]> whole = files();
    SortedMap<String, byte[]> sent = new TreeMap<>(whole);
    TreeMap<String, Integer> cuts = new TreeMap<>();
    if (way.equals(Optional.of(IncrementalWay.SERVER))) {
      sent = incremental(whole, cuts);
    }
    TreeMap<String, byte[]> all = new TreeMap<>(others(way));
    all.putAll(sent);
    Archives archives = archives(way, sink);
    send(archives, "16500.tar", joined(folder(VERSION + "/x"), archive(all, "16500")));
    send(
        archives, "base.tar", joined(joined(folder("pg_wal"), folder("global")), archive(all, "")));
    finish(archives, sink, cuts);
    byte[] manifest =
        Manifests.of(
            all.entrySet().stream()
                .map(file -> Manifests.file(file.getKey(), file.getValue()))
                .toList(),
            start,
            new Lsn(lsn + 1));
    Files.write(sink.file(ContentsReader.MANIFEST), manifest);
    sink.index.put(ContentsReader.MANIFEST, List.of());
    TarCaptured captured = TarCaptured.of(sink, new SourceState(TIME, state(way, start)));
    captured.with(ContentsReader.WAL, wal, walIndex).named(name());
    links.add(captured);
    files.clear();
    files.addAll(whole.keySet());
    for (Relation relation : relations.values()) {
      relation.limit = Integer.MAX_VALUE;
      relation.changed.clear();
    }
    return captured;
  }

  private String name() {
    return (links.isEmpty() ? "full" : "incremental") + "-20240115-02000" + links.size();
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    all.writeBytes(second);
    return all.toByteArray();
  }

  private Archives archives(Optional<IncrementalWay> way, FolderSink sink) throws IOException {
    PageFindings pages = new PageFindings();
    if (way.isEmpty()) {
      return WholeArchives.full(sink, facts(), pages);
    }
    IncrementalBase base =
        new IncrementalBase(
            BackupId.parse("full-20240115-020000"),
            Lsn.parse(newest().state().require("start-lsn")),
            1,
            facts().versionNumber(),
            ParentFiles.read(newest(), PAGE),
            Optional.empty());
    return way.get() == IncrementalWay.PAGE_LSN
        ? new FilteredArchives(sink, facts(), pages, base)
        : WholeArchives.changes(sink, facts(), pages, new SummaryCheck(nowhere(), facts(), base));
  }

  private static ConnectionSpec nowhere() {
    return new ConnectionSpec(
        "nowhere.invalid",
        1,
        "postgres",
        "nobody",
        Optional::empty,
        new ConnectionSpec.Tls(
            SslMode.DISABLE, Optional.empty(), Optional.empty(), Optional.empty()),
        Duration.ofSeconds(1));
  }

  private static void finish(Archives archives, FolderSink sink, Map<String, Integer> cuts)
      throws IOException, InterruptedException {
    if (archives instanceof WholeArchives whole) {
      if (whole.maps().isPresent()) {
        // What the check of the server's summaries does, without a server.
        BlockMaps maps = whole.maps().get();
        cuts.forEach((path, to) -> maps.maps().computeIfPresent(path, (p, map) -> map.cutAt(to)));
        maps.write(sink);
      }
    } else {
      archives.finish(new Lsn(1));
    }
  }

  private Map<String, String> state(Optional<IncrementalWay> way, Lsn start) {
    Map<String, String> state = new TreeMap<>();
    state.put("server-version", "15.5");
    state.put("server-version-num", "150005");
    state.put("system-identifier", "7");
    state.put("timeline", "1");
    state.put("start-lsn", start.toString());
    state.put("stop-lsn", new Lsn(nextLsn()).toString());
    state.put("wal-segment-size", Integer.toString(WAL_SEGMENT));
    state.put("block-size", Integer.toString(PAGE));
    state.put("segment-pages", Long.toString(LAYOUT.pagesPerSegment()));
    state.put("data-checksums", "on");
    state.put("tablespace.16500", "/somewhere/else");
    way.ifPresent(
        each -> {
          state.put(IncrementalWay.ATTRIBUTE, each.label());
          state.put(IncrementalWay.FROM, newest().state().require("start-lsn"));
        });
    return state;
  }

  /** What a server sends that knows by its summaries what has changed. */
  private SortedMap<String, byte[]> incremental(
      SortedMap<String, byte[]> whole, Map<String, Integer> cuts) {
    TreeMap<String, byte[]> sent = new TreeMap<>();
    relations.forEach(
        (path, relation) -> {
          for (int segment = 0; segment < relation.segments; segment++) {
            String name = segment == 0 ? path : path + "." + segment;
            byte[] bytes = whole.get(name);
            int first = segment * 8;
            int size = bytes.length / PAGE;
            int[] blocks =
                relation.changed.get(first, first + size).stream().filter(b -> b < size).toArray();
            if (!files.contains(name) || relation.limit <= first || blocks.length * 10 > size * 9) {
              sent.put(name, bytes);
              continue;
            }
            int relative = Math.min(8, relation.limit - first);
            int truncation = relation.limit == Integer.MAX_VALUE ? size : Math.max(size, relative);
            if (relation.limit != Integer.MAX_VALUE) {
              cuts.put(name, Math.max(0, relation.limit - first));
            }
            sent.put(IncrementalName.of(name), file(truncation, blocks, bytes));
          }
        });
    return sent;
  }

  static byte[] file(int truncation, int[] blocks, byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new BlockMap(PAGE, truncation, blocks).header());
    Arrays.stream(blocks).forEach(block -> out.write(bytes, block * PAGE, PAGE));
    return out.toByteArray();
  }
}
