package io.tradingengine.backup.core.files;

import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.ChangeSink;
import io.tradingengine.backup.spi.ChangeSink.Piece;
import io.tradingengine.backup.spi.Sha256;
import io.tradingengine.backup.spi.StreamPosition;
import io.tradingengine.backup.spi.VersionedSource.VersionTracker;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps versions of what a callback writes, each one whole. The same bytes as the last time are the
 * same version; their digest stands in a file, so that this goes on after a new start.
 */
final class StateVersions implements VersionTracker {
  static final String EXTENSION = "state";

  private static final String SPOOLED = "version.state";
  private static final String NOTE = "version.last";
  private static final Pattern NOTED = Pattern.compile("([^\n]{1,200})\n([0-9a-f]{64})\n");

  private final ChangeSink sink;
  private final State.Capture callback;
  private final Clock clock;
  private final Path folder;
  private @Nullable Numbering numbering;
  private @Nullable Last last;

  /** The last version, and the SHA-256 of its bytes in hexadecimal. */
  private record Last(Version version, String digest) {}

  StateVersions(ChangeSink sink, State.Capture callback, Clock clock) {
    this.sink = sink;
    this.callback = callback;
    this.clock = clock;
    this.folder = sink.folder();
  }

  @Override
  public Optional<StreamPosition> capture() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Numbering numbers = begin();
    Path spooled = folder.resolve(SPOOLED);
    try {
      String digest = spool(spooled);
      Last before = last;
      if (before != null && before.digest().equals(digest)) {
        return Optional.of(before.version().position());
      }
      Version version = before == null ? numbers.first() : numbers.next();
      store(version, spooled);
      Last stored = new Last(version, digest);
      note(stored);
      last = stored;
      return Optional.of(version.position());
    } finally {
      Files.deleteIfExists(spooled);
    }
  }

  private String spool(Path file) throws IOException, InterruptedException {
    MessageDigest digest = Sha256.newDigest();
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      OutputStream buffered =
          new BufferedOutputStream(new DigestOutputStream(out, digest), Archive.BUFFER);
      StateSource.write(callback, buffered);
      buffered.flush();
      out.getFD().sync();
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void store(Version version, Path file) throws IOException, InterruptedException {
    sink.store(
        new Piece(
            version.piece(EXTENSION),
            file,
            0,
            Files.size(file),
            Optional.of(version.position()),
            Optional.empty()));
  }

  /** Once: finds out where the last process has stopped. */
  private Numbering begin() throws IOException, InterruptedException {
    Numbering begun = numbering;
    if (begun != null) {
      return begun;
    }
    VersionList there = VersionList.of(sink.names(), EXTENSION);
    begun = new Numbering(clock, there);
    Optional<Last> noted = noted().filter(each -> there.versions().contains(each.version()));
    if (noted.isPresent()) {
      last = noted.get();
      String series = noted.get().version().series();
      begun.resume(series, there.highest(series));
    }
    numbering = begun;
    return begun;
  }

  /** What the last process has noted; empty if it is torn, or no such note. */
  private Optional<Last> noted() throws IOException {
    String text;
    try {
      text = Files.readString(folder.resolve(NOTE), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Matcher note = NOTED.matcher(text);
    return note.matches()
        ? Version.parse(note.group(1), EXTENSION).map(version -> new Last(version, note.group(2)))
        : Optional.empty();
  }

  private void note(Last stored) throws IOException {
    Path next = folder.resolve(NOTE + ".next");
    String text = stored.version().piece(EXTENSION) + "\n" + stored.digest() + "\n";
    try (FileOutputStream out = new FileOutputStream(next.toFile())) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.getFD().sync();
    }
    Files.move(next, folder.resolve(NOTE), StandardCopyOption.ATOMIC_MOVE);
    Moves.sync(folder);
  }

  @Override
  public void close() {}
}
