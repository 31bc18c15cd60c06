package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that keeps what the last version and version 0 of its series were like, path by path in
 * the order of a walk. It is read and written as a stream: a tree can hold millions of files. Its
 * last bytes are the digest of all before.
 */
final class Prints {
  private static final Logger log = LoggerFactory.getLogger(Prints.class);
  private static final String MAGIC = "trading-engine prints 1";
  private static final int DIGEST = 32;
  private static final int END = 0;
  private static final int BASE = 1;
  private static final int LAST = 2;
  private static final int SAME = 4;

  private Prints() {}

  /**
   * What stands at its beginning.
   *
   * @param version the last version
   * @param zero version 0 of its series
   * @param size how long the piece of version 0 is, in bytes
   * @param scope what the versions cover
   */
  record Heading(Version version, Version zero, long size, Scope scope) {}

  /**
   * What versions cover; of other paths, none says anything.
   *
   * @param roots raw names without the first slash
   * @param excludes globs
   */
  record Scope(List<String> roots, List<String> excludes) {
    Scope {
      roots = List.copyOf(roots);
      excludes = List.copyOf(excludes);
    }
  }

  /**
   * Looks whether a file is one of these, and whole.
   *
   * @return its heading; empty if it is anything else
   * @throws IOException if it cannot be read
   */
  static Optional<Heading> check(Path file) throws IOException {
    try (DataInputStream in = new DataInputStream(open(file))) {
      MessageDigest digest = Sha256.newDigest();
      long left = Files.size(file) - DIGEST;
      byte[] buffer = new byte[Archive.BUFFER];
      while (left > 0) {
        int wanted = (int) Math.min(left, buffer.length);
        in.readFully(buffer, 0, wanted);
        digest.update(buffer, 0, wanted);
        left -= wanted;
      }
      byte[] expected = new byte[DIGEST];
      in.readFully(expected);
      if (!Arrays.equals(expected, digest.digest())) {
        log.warn("{} is torn or was changed, and is ignored: a new series begins", file);
        return Optional.empty();
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    } catch (EOFException e) {
      log.warn("{} is too short, and is ignored: a new series begins", file);
      return Optional.empty();
    }
    try (Reader reader = new Reader(file)) {
      return Optional.of(reader.heading());
    } catch (IOException e) {
      log.warn("{} is not what it should be, and is ignored: a new series begins", file, e);
      return Optional.empty();
    }
  }

  /** No channel: an interruption must not look like a file that cannot be read. */
  private static BufferedInputStream open(Path file) throws IOException {
    return new BufferedInputStream(new FileInputStream(file.toFile()), Archive.BUFFER);
  }

  /** It is gone or damaged, while it was in use. */
  static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreadable(String message, IOException cause) {
      super(message, cause);
    }
  }

  /** Reads it. Not safe for concurrent use. */
  static final class Reader implements Closeable {
    private final DataInputStream in;
    private final Heading heading;

    /**
     * @throws Unreadable if it is not there, or not one
     */
    Reader(Path file) throws IOException {
      try {
        this.in = new DataInputStream(open(file));
      } catch (IOException e) {
        throw new Unreadable(file + " cannot be opened", e);
      }
      try {
        String magic = in.readUTF();
        if (!magic.equals(MAGIC)) {
          throw new IOException(file + " begins with '" + magic + "' instead of '" + MAGIC + "'");
        }
        heading =
            new Heading(
                readVersion(in),
                readVersion(in),
                in.readLong(),
                new Scope(readTexts(in), readTexts(in)));
      } catch (IOException e) {
        in.close();
        throw new Unreadable(file + " has no heading", e);
      }
    }

    Heading heading() {
      return heading;
    }

    /**
     * The next path; null at the end.
     *
     * @throws Unreadable if there is something else
     */
    @Nullable Known next() throws Unreadable {
      try {
        return read();
      } catch (IOException e) {
        throw new Unreadable("what is known of the last version ends too early", e);
      }
    }

    private @Nullable Known read() throws IOException {
      int tag = in.readUnsignedByte();
      if (tag == END) {
        return null;
      }
      String name = in.readUTF();
      Print base = (tag & BASE) != 0 ? Print.read(in) : null;
      Print last = (tag & SAME) != 0 ? base : (tag & LAST) != 0 ? Print.read(in) : null;
      return new Known(name, base, last);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    private static Version readVersion(DataInputStream in) throws IOException {
      return new Version(in.readUTF(), in.readLong(), Print.readInstant(in));
    }

    private static List<String> readTexts(DataInputStream in) throws IOException {
      List<String> texts = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        texts.add(in.readUTF());
      }
      return texts;
    }
  }

  /**
   * Writes its entries to a file of their own; the heading is known only when all are there. Not
   * safe for concurrent use.
   */
  static final class Writer implements Closeable {
    private final Path file;
    private final FileOutputStream out;
    private final DataOutputStream data;
    private boolean doubtful;

    Writer(Path file) throws IOException {
      this.file = file;
      this.out = new FileOutputStream(file.toFile());
      this.data = new DataOutputStream(new BufferedOutputStream(out, Archive.BUFFER));
    }

    /** Adds a path, later in the walk's order than all before. */
    void add(Known known) throws IOException {
      Print base = known.base();
      Print last = known.last();
      boolean same = base != null && base.equals(last);
      int tag = (base == null ? 0 : BASE) | (same ? SAME : last == null ? 0 : LAST);
      if (tag == 0) {
        return;
      }
      data.writeByte(tag);
      data.writeUTF(known.name());
      if (base != null) {
        base.write(data);
      }
      if (last != null && !same) {
        last.write(data);
      }
      doubtful |= last != null && !last.digest().isEmpty();
    }

    /** Whether a file of the last version is in doubt. */
    boolean doubtful() {
      return doubtful;
    }

    /** Puts it in the place of {@code target}, whole and durable, under a heading. */
    void publish(Heading heading, Path target) throws IOException {
      data.flush();
      Path whole = file.resolveSibling(file.getFileName() + ".whole");
      try (FileOutputStream to = new FileOutputStream(whole.toFile())) {
        MessageDigest digest = Sha256.newDigest();
        DataOutputStream all =
            new DataOutputStream(
                new BufferedOutputStream(new DigestOutputStream(to, digest), Archive.BUFFER));
        writeHeading(all, heading);
        Files.copy(file, all);
        all.writeByte(END);
        all.flush();
        to.write(digest.digest());
        to.getFD().sync();
      }
      Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
      Moves.sync(Places.parent(target));
    }

    private static void writeHeading(DataOutputStream out, Heading heading) throws IOException {
      out.writeUTF(MAGIC);
      writeVersion(out, heading.version());
      writeVersion(out, heading.zero());
      out.writeLong(heading.size());
      writeTexts(out, heading.scope().roots());
      writeTexts(out, heading.scope().excludes());
    }

    private static void writeVersion(DataOutputStream out, Version version) throws IOException {
      out.writeUTF(version.series());
      out.writeLong(version.number());
      Print.writeInstant(out, version.instant());
    }

    private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
      out.writeInt(texts.size());
      for (String text : texts) {
        out.writeUTF(text);
      }
    }

    @Override
    public void close() throws IOException {
      out.close();
      Files.deleteIfExists(file);
    }
  }
}
