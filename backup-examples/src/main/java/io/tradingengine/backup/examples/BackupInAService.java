package io.tradingengine.backup.examples;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupManager;
import io.tradingengine.backup.BackupMetadata;
import io.tradingengine.backup.State;
import io.tradingengine.backup.event.BackupEvent;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a full backup in the background of a service, its own state in memory included, and hears
 * how far it has got. Cancelling the future, or closing the manager, stops the run and leaves
 * nothing half published.
 *
 * <pre>
 * export POSTGRES_PASSWORD=... REDIS_PASSWORD=...
 * java -cp backup.jar io.tradingengine.backup.examples.BackupInAService backup.yaml
 * </pre>
 */
public final class BackupInAService {
  private static final Logger log = LoggerFactory.getLogger(BackupInAService.class);

  /** What the service holds in memory: how much of what it has. */
  private final Map<String, Long> positions = new ConcurrentHashMap<>(Map.of("EURUSD", 1_000L));

  private BackupInAService() {}

  public static void main(String[] args) throws IOException {
    new BackupInAService().run(Path.of(args.length > 0 ? args[0] : "backup.yaml"));
  }

  private void run(Path file) throws IOException {
    BackupConfig config =
        BackupConfig.reader(file)
            .source(State.named("positions").capture(this::write).restore(this::read))
            .listener(BackupInAService::hear)
            .build();

    try (BackupManager manager = BackupManager.create(config)) {
      CompletableFuture<BackupMetadata> backup = manager.createFullBackupAsync();
      log.info("The service goes on with its work");
      log.info("Backup created: {}", backup.join().backupId());
    }
  }

  /** Takes a snapshot first: writing may have to wait for a disk, and trading must not. */
  private void write(OutputStream out) throws IOException {
    Map<String, Long> snapshot = new TreeMap<>(positions);
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out));
    data.writeInt(snapshot.size());
    for (Map.Entry<String, Long> position : snapshot.entrySet()) {
      data.writeUTF(position.getKey());
      data.writeLong(position.getValue());
    }
    data.flush();
  }

  /** Called by a restore, once every byte is verified; nothing changes before all of it is read. */
  private void read(InputStream in) throws IOException {
    Map<String, Long> restored = new TreeMap<>();
    DataInputStream data = new DataInputStream(new BufferedInputStream(in));
    for (int left = data.readInt(); left > 0; left--) {
      restored.put(data.readUTF(), data.readLong());
    }
    positions.clear();
    positions.putAll(restored);
  }

  /** Called from worker threads; returns quickly. */
  private static void hear(BackupEvent event) {
    if (event instanceof BackupEvent.SourceStarted started) {
      log.info("{}: started", started.source());
    } else if (event instanceof BackupEvent.Progress progress) {
      log.info("{}: {} bytes", progress.source(), progress.done());
    } else if (event instanceof BackupEvent.SourceFinished finished) {
      log.info("{}: {} bytes in {}", finished.source(), finished.bytes(), finished.duration());
    } else if (event instanceof BackupEvent.Found found) {
      log.warn("{}", found.finding());
    }
  }
}
