package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.event.BackupEvent;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Progress for a person: one bar a source that is at work, drawn over in place, and a line for each
 * that is through. Safe for concurrent use.
 */
final class ProgressBars implements Progress {
  private static final String UP_AND_CLEAR = "\u001b[1A\u001b[2K";
  private static final int WIDTH = 20;

  private final PrintWriter err;
  private final Map<String, String> atWork = new LinkedHashMap<>();
  private int drawn;

  ProgressBars(PrintWriter err) {
    this.err = err;
  }

  @Override
  public synchronized void onEvent(BackupEvent event) {
    erase();
    if (event instanceof BackupEvent.RunStarted started) {
      err.println(ProgressLines.verb(started.operation()) + " " + started.backupId());
    } else if (event instanceof BackupEvent.SourceStarted started) {
      atWork.put(started.source(), bar(0) + " started");
    } else if (event instanceof BackupEvent.Progress progress) {
      long expected = progress.expected().orElse(0);
      long percent = ProgressLines.percent(progress.done(), expected);
      atWork.replace(progress.source(), bar(percent) + " " + ProgressLines.howFar(progress));
    } else if (event instanceof BackupEvent.SourceFinished finished) {
      atWork.remove(finished.source());
      err.println(ProgressLines.finished(finished));
    } else if (event instanceof BackupEvent.SourceLeftOut leftOut) {
      atWork.remove(leftOut.source());
      err.println(ProgressLines.leftOut(leftOut));
    } else if (event instanceof BackupEvent.RunFailed) {
      atWork.clear();
    }
    draw();
  }

  private static String bar(long percent) {
    int full = (int) (percent * WIDTH / 100);
    return "[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "]";
  }

  private void erase() {
    err.print(UP_AND_CLEAR.repeat(drawn));
    drawn = 0;
  }

  private void draw() {
    int width = atWork.keySet().stream().mapToInt(String::length).max().orElse(0);
    atWork.forEach(
        (source, line) -> err.println(source + " ".repeat(width - source.length()) + " " + line));
    drawn = atWork.size();
    err.flush();
  }
}
