package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tradingengine.backup.IntegrityException;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The artifact that says what a tree was like at a capture, path by path in the order of a walk,
 * and which capture has the content of each file. It is read and written as a stream.
 *
 * <p>It consists of texts that each end in a zero byte, so that a shell can read it: two for its
 * heading; for each path its attributes, its name and what it links to; and {@value #END}.
 */
final class Listing {
  static final String ARTIFACT = "tree";
  static final String EXTENSION = "list";

  /** Attribute of a source's state: SHA-256 of the listing. */
  static final String DIGEST = "tree";

  /** Attribute: how many captures this one builds on. */
  static final String DEPTH = "tree.depth";

  /** Attribute: SHA-256 of the listing of the capture that this one builds on. */
  static final String PARENT = "tree.parent";

  private static final String MAGIC = "trading-engine tree 1";
  private static final String END = "end";

  /** Longer than any path can be. */
  private static final int LONGEST = 1 << 16;

  private Listing() {}

  /** Writes one. Not safe for concurrent use. */
  static final class Writer {
    private final MessageDigest digest = Sha256.newDigest();
    private final OutputStream out;

    /**
     * Begins.
     *
     * @param begin when the walk began
     */
    Writer(OutputStream out, Instant begin) throws IOException {
      this.out = new BufferedOutputStream(new DigestOutputStream(out, digest), Archive.BUFFER);
      write(MAGIC);
      write(Listed.seconds(begin));
    }

    /** Adds a path, later in the walk's order than all before. */
    void add(Listed listed) throws IOException {
      write(listed.attributes());
      write(listed.name());
      write(listed.print().link());
    }

    /**
     * Ends it; what it was written to stays open.
     *
     * @return SHA-256 of all of it, in hexadecimal
     */
    String finish() throws IOException {
      write(END);
      out.flush();
      return Comparison.hex(digest);
    }

    private void write(String text) throws IOException {
      out.write(text.getBytes(ISO_8859_1));
      out.write(0);
    }
  }

  /** Reads one, and believes nothing of it. Not safe for concurrent use. */
  static final class Reader implements Closeable {
    private final String key;
    private final String expected;
    private final MessageDigest digest = Sha256.newDigest();
    private final InputStream in;
    private final Instant begin;
    private String last = "its beginning";

    private Reader(String key, String expected, InputStream in) throws IOException {
      this.key = key;
      this.expected = expected;
      this.in = new BufferedInputStream(new DigestInputStream(in, digest), Archive.BUFFER);
      String magic = read();
      if (!magic.equals(MAGIC)) {
        throw refuse("does not begin with '" + MAGIC + "'");
      }
      try {
        this.begin = Listed.instant(read());
      } catch (IllegalArgumentException e) {
        throw refuse("does not say when it was begun");
      }
    }

    /**
     * Opens the listing of a capture.
     *
     * @param digest SHA-256 of it
     */
    static Reader open(String source, Captured captured, String digest) throws IOException {
      InputStream in = captured.open(ARTIFACT, 0);
      try {
        return new Reader(captured.backupId() + "/" + source + "/" + ARTIFACT, digest, in);
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    }

    /** When the walk began. */
    Instant begin() {
      return begin;
    }

    /**
     * The next path; null at the end, once all that was read is known to be what was written.
     *
     * @throws IntegrityException if there is something else
     */
    @Nullable Listed next() throws IOException {
      String attributes = read();
      if (attributes.equals(END)) {
        checkEnd();
        return null;
      }
      String name = read();
      String link = read();
      try {
        Listed listed = Listed.parse(attributes, name, link);
        last = "'" + RawNames.show(name) + "'";
        return listed;
      } catch (IllegalArgumentException e) {
        throw refuse(name, e.getMessage() == null ? "cannot be read" : e.getMessage());
      }
    }

    private void checkEnd() throws IOException {
      if (in.read() >= 0) {
        throw refuse("goes on after its end");
      }
      if (!Comparison.hex(digest).equals(expected)) {
        throw refuse("is not the one that the manifest names");
      }
    }

    private String read() throws IOException {
      StringBuilder text = new StringBuilder();
      for (int next = in.read(); next != 0; next = in.read()) {
        if (next < 0) {
          throw refuse("is cut short after " + last);
        }
        if (text.append((char) next).length() > LONGEST) {
          throw refuse("has a text that is too long after " + last);
        }
      }
      return text.toString();
    }

    /** Says why the listing is refused. */
    IntegrityException refuse(String why) {
      return new IntegrityException(key, why, null);
    }

    /** Says why a path in it is refused. */
    IntegrityException refuse(String name, String why) {
      return new IntegrityException(
          key,
          "member '" + RawNames.show(name) + "' " + why,
          "the listing was not written by this software, or was tampered with: nothing is restored",
          null);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
