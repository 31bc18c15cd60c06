package io.tradingengine.backup.core.postgres;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection;
import io.tradingengine.backup.core.postgres.wire.ReplicationConnection.Frame;
import io.tradingengine.backup.core.postgres.wire.Row;
import io.tradingengine.backup.core.postgres.wire.ServerException;
import io.tradingengine.backup.core.postgres.wire.ServerNotice;
import io.tradingengine.backup.spi.ArtifactSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One BASE_BACKUP: the server sends the tablespaces, the data directory and its own manifest, and
 * each goes into an artifact as it comes.
 */
final class BaseBackup {
  /**
   * Where a backup begins.
   *
   * @param lsn its redo position
   * @param timeline the timeline that it lies on
   */
  record Start(Lsn lsn, int timeline) {}

  /**
   * What a backup came to.
   *
   * @param start where its WAL begins
   * @param stop where it is consistent
   * @param stoppedAt when the server said so
   * @param tablespaces the folder of each tablespace outside the data directory, by its OID
   * @param corruption what the server said of pages that it found damaged itself
   */
  record Result(
      Start start,
      Lsn stop,
      Instant stoppedAt,
      Map<String, String> tablespaces,
      Optional<ServerNotice> corruption) {}

  /** Is told where the backup begins, before its data come. */
  interface OnStart {
    void started(Start start) throws IOException, InterruptedException;
  }

  private static final String COMMAND =
      "BASE_BACKUP (LABEL '%s', PROGRESS true, CHECKPOINT 'fast', WAIT false, TABLESPACE_MAP true,"
          + " MANIFEST 'yes', VERIFY_CHECKSUMS %s%s)";

  /** What the server is asked for. */
  enum Extent {
    WHOLE(""),
    /** What has changed since the manifest that it was given just before. */
    CHANGES(", INCREMENTAL true");

    private final String option;

    Extent(String option) {
      this.option = option;
    }
  }

  private final ReplicationConnection server;
  private final ArtifactSink out;
  private final Archives archives;
  private final Map<String, String> tablespaces = new TreeMap<>();
  private @Nullable BackupPart archive;

  /**
   * @param archives take what the server sends
   */
  BaseBackup(ReplicationConnection server, ArtifactSink out, Archives archives) {
    this.server = server;
    this.out = out;
    this.archives = archives;
  }

  /**
   * Takes the backup.
   *
   * @param verification who looks at pages
   * @param extent all, or what has changed
   * @param onStart told where it begins
   * @throws ServerException if the server refuses; unless {@code onStart} was called, nothing was
   *     written and the connection stays usable
   */
  Result run(PageVerification verification, Extent extent, OnStart onStart)
      throws IOException, InterruptedException {
    server.send(
        COMMAND.formatted(
            PostgresCapture.APPLICATION,
            verification == PageVerification.SERVER_TOO,
            extent.option));
    try {
      Row row = firstRow();
      Start start = new Start(Lsn.parse(row.text(0)), Integer.parseInt(row.text(1)));
      onStart.started(start);
      readTablespaces();
      copy();
      return finish(start);
    } finally {
      if (archive != null) {
        archive.close();
      }
    }
  }

  /** Goes to the next result set and reads its first row, then passes over the rest of it. */
  private Row firstRow() throws IOException {
    expect(Frame.COLUMNS);
    expect(Frame.ROW);
    Row row = server.row();
    expect(Frame.COMPLETE);
    return row;
  }

  /** OID, location and size in KiB of each; the data directory comes without OID. */
  private void readTablespaces() throws IOException {
    expect(Frame.COLUMNS);
    long kibibytes = 0;
    Frame frame = server.next();
    for (; frame == Frame.ROW; frame = server.next()) {
      Row row = server.row();
      Optional<String> oid = row.find(0);
      if (oid.isPresent()) {
        tablespaces.put(oid.get(), row.text(1));
      }
      kibibytes += Long.parseLong(row.find(2).orElse("0"));
    }
    require(Frame.COMPLETE, frame);
    out.expect(kibibytes << 10);
  }

  private void copy() throws IOException {
    expect(Frame.COPY_OUT);
    Frame frame = server.next();
    for (; frame == Frame.COPY_DATA; frame = server.next()) {
      ByteBuffer body = server.body();
      byte kind = body.get();
      switch (kind) {
        case 'd' -> current().write(body);
        case 'n' -> begin(archives.open(cString(body)));
        case 'm' -> begin(archives.manifest());
        case 'p' -> {} // how far it is, which we count ourselves
        default ->
            throw new IOException("the server's base backup is not understood: part " + kind);
      }
    }
    require(Frame.COPY_DONE, frame);
    finishArchive();
  }

  private BackupPart current() throws IOException {
    if (archive == null) {
      throw new IOException("the server's base backup is not understood: data of no archive");
    }
    return archive;
  }

  private void begin(BackupPart next) throws IOException {
    try {
      finishArchive();
    } catch (IOException | RuntimeException e) {
      next.close();
      throw e;
    }
    archive = next;
  }

  private void finishArchive() throws IOException {
    if (archive != null) {
      archive.finish();
      archive = null;
    }
  }

  /**
   * The server reports damaged pages as an error after all is sent. The backup is as good as the
   * cluster is: it is kept, and marked.
   */
  private Result finish(Start start) throws IOException {
    Lsn stop = Lsn.parse(firstRow().text(0));
    Instant stoppedAt = Instant.now();
    Optional<ServerNotice> corruption = Optional.empty();
    try {
      Frame frame = server.next();
      while (frame != Frame.READY) {
        frame = server.next();
      }
    } catch (ServerException e) {
      if (!e.sqlState().equals(SqlStates.DATA_CORRUPTED)) {
        throw e;
      }
      corruption = Optional.of(e.error());
    }
    return new Result(start, stop, stoppedAt, Map.copyOf(tablespaces), corruption);
  }

  private void expect(Frame wanted) throws IOException {
    require(wanted, server.next());
  }

  private static void require(Frame wanted, Frame frame) throws IOException {
    if (frame != wanted) {
      throw new IOException(
          "the server's base backup is not understood: " + frame + " instead of " + wanted);
    }
  }

  private static String cString(ByteBuffer body) {
    int length = 0;
    while (body.get(body.position() + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    body.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
