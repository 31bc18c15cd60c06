package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.core.catalog.IndexFile;
import io.tradingengine.backup.core.catalog.Manifest;
import io.tradingengine.backup.spi.IndexEntry;
import io.tradingengine.backup.spi.Timing;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The captures of one backup, in an order that has the instants of their states lie close together:
 * first the sources whose state is that of their capture's end, side by side, and right after them
 * those whose state is that of its begin.
 */
final class CaptureGroup {
  private static final List<Timing> ORDER = List.of(Timing.AT_END, Timing.AT_START);

  private final List<SourceCapture> captures;

  CaptureGroup(List<Participant> participants, SourceCapture.Setting setting) {
    this.captures =
        participants.stream().map(participant -> new SourceCapture(participant, setting)).toList();
  }

  /**
   * How many artifacts are written at the same time. What is captured with a log of what happens
   * meanwhile writes two.
   */
  static int artifactsAtOnce(List<Participant> participants) {
    long withLog =
        participants.stream().filter(each -> each.source().timing() == Timing.AT_END).count();
    long others = participants.size() - withLog;
    return (int)
        Math.max(2 * Math.min(withLog, SideBySide.MOST), Math.min(others, SideBySide.MOST));
  }

  /**
   * Captures every source.
   *
   * @throws IOException if one failed that the backup needs, or all
   * @throws InterruptedException if the thread was interrupted; nothing goes on by then
   */
  void run() throws IOException, InterruptedException {
    for (Timing timing : ORDER) {
      SideBySide.run(
          "backup-capture", captures.stream().filter(each -> each.timing() == timing).toList());
    }
    if (captured().findAny().isEmpty()) {
      throw new IOException(
          "no source could be captured: "
              + leftOut().stream()
                  .map(each -> each.source().name() + ": " + each.source().reason())
                  .collect(Collectors.joining("; ")));
    }
  }

  private Stream<SourceCapture.Captured> captured() {
    return captures.stream().flatMap(each -> each.captured().stream());
  }

  /** What the sources gave, in the order configured. */
  List<Manifest.CapturedSource> sources() {
    return captured().map(SourceCapture.Captured::source).toList();
  }

  /** The optional sources that failed. */
  List<LeftOut> leftOut() {
    return captures.stream().flatMap(each -> each.leftOut().stream()).toList();
  }

  /** The files in all artifacts. */
  IndexFile index() {
    Map<String, List<IndexEntry>> entries = new LinkedHashMap<>();
    captured()
        .forEach(
            each ->
                each.index()
                    .forEach(
                        (artifact, files) ->
                            entries.put(IndexFile.nameOf(each.source().name(), artifact), files)));
    return new IndexFile(entries);
  }
}
