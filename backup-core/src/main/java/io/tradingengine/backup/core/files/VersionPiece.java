package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds the tar of a version as files in a folder. What a version says of itself stands first and
 * is known last; room is left for it, and only a list of what is gone makes a second copy
 * necessary. Not safe for concurrent use.
 */
final class VersionPiece implements Closeable, VersionWriter.Gone {
  private static final String BODY = "version.body";
  private static final String GONE = "version.gone";
  private static final String WHOLE = "version.piece";

  private final Path folder;
  private final long limit;
  private final FileOutputStream body;
  private final OutputStream limited;
  private final FileOutputStream goneFile;
  private final OutputStream gone;
  private final boolean complete;
  private long written;

  /** The version is larger than it may be. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    TooLarge(long limit) {
      super("the difference to version 0 is larger than " + limit + " bytes");
    }
  }

  private VersionPiece(Path folder, boolean complete, long limit) throws IOException {
    this.folder = folder;
    this.complete = complete;
    this.limit = limit;
    this.body = new FileOutputStream(folder.resolve(BODY).toFile());
    this.limited = new Limited(body);
    this.goneFile = new FileOutputStream(folder.resolve(GONE).toFile());
    this.gone = new BufferedOutputStream(goneFile);
  }

  /** A version 0, of any size. */
  static VersionPiece complete(Path folder, VersionHead placeholder) throws IOException {
    VersionPiece piece = new VersionPiece(folder, true, Long.MAX_VALUE);
    try {
      piece.body.write(placeholder.toTar());
      return piece;
    } catch (IOException | RuntimeException e) {
      piece.close();
      throw e;
    }
  }

  /** What is different from version 0; {@link TooLarge} is thrown beyond a limit. */
  static VersionPiece difference(Path folder, long limit) throws IOException {
    return new VersionPiece(folder, false, limit);
  }

  /** Where the tree goes, as the rest of a tar. */
  OutputStream tree() {
    return limited;
  }

  @Override
  public void add(String name) throws IOException {
    byte[] bytes = (name + '\0').getBytes(ISO_8859_1);
    admit(bytes.length);
    gone.write(bytes);
  }

  private void admit(int length) throws TooLarge {
    written += length;
    if (written > limit) {
      throw new TooLarge(limit);
    }
  }

  private final class Limited extends FilterOutputStream {
    Limited(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      admit(length);
      out.write(bytes, from, length);
    }
  }

  /** Ends it; the file is whole and durable, and goes with {@link #close}. */
  Path finish(VersionHead head) throws IOException {
    gone.flush();
    return complete ? putFirst(head) : assemble(head);
  }

  private Path putFirst(VersionHead head) throws IOException {
    Path file = folder.resolve(BODY);
    try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
      whole.write(head.toTar());
      whole.getFD().sync();
    }
    return file;
  }

  private Path assemble(VersionHead head) throws IOException {
    Path file = folder.resolve(WHOLE);
    try (FileOutputStream whole = new FileOutputStream(file.toFile())) {
      whole.write(head.toTar());
      Path names = folder.resolve(GONE);
      OutputStream member = VersionHead.beginMember(whole, VersionHead.GONE, Files.size(names));
      Files.copy(names, member);
      VersionHead.endMember(member);
      Files.copy(folder.resolve(BODY), whole);
      whole.getFD().sync();
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    body.close();
    goneFile.close();
    clear(folder);
  }

  /** Removes what a killed process has left. */
  static void clear(Path folder) throws IOException {
    for (String name : new String[] {BODY, GONE, WHOLE}) {
      Files.deleteIfExists(folder.resolve(name));
    }
  }
}
