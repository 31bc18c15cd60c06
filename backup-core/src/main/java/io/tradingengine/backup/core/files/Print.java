package io.tradingengine.backup.core.files;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a path was when a version took it: enough to tell later whether it still is the same.
 * Immutable.
 *
 * <p>Of folders and symbolic links all that is restored stands here itself. Of a file, which is not
 * read again, the time of its last change and its inode stand for the content; where that time is
 * too young to be trusted, a digest stands beside them.
 *
 * @param kind what stands for it in the version
 * @param stat what the file system said of it
 * @param content of a file, the bytes in the version, and what they take up on disk
 * @param link what a symbolic link points to, or the first name of a hard link
 * @param digest SHA-256 of a file's content in hexadecimal, if it is in doubt; else empty
 */
record Print(Kind kind, Stat stat, Content content, String link, String digest) {

  /** What stands for a path in a version. */
  enum Kind {
    FILE('f'),
    HARD_LINK('h'),
    DIRECTORY('d'),
    SYMLINK('l'),
    /** A file that could not be opened, and is not there. */
    LEFT_OUT('x');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    char letter() {
      return letter;
    }

    /** Whether one can take the other's place as it is, such as a file a file's. */
    boolean fits(Kind other) {
      return this == other || (isFile() && other.isFile());
    }

    boolean isFile() {
      return this == FILE || this == HARD_LINK;
    }
  }

  /** What is compared of a path's attributes. Device numbers change when a system starts anew. */
  record Stat(
      int mode,
      long uid,
      long gid,
      Instant modified,
      Instant changed,
      long inode,
      int links,
      long size) {

    static Stat of(FileStat stat) {
      return new Stat(
          stat.mode(),
          stat.uid(),
          stat.gid(),
          stat.modified().toInstant(),
          stat.changed().toInstant(),
          stat.inode().number(),
          stat.links(),
          stat.size());
    }

    boolean sameOwnerAndTime(Stat other) {
      return uid == other.uid && gid == other.gid && modified.equals(other.modified);
    }

    void write(DataOutputStream out) throws IOException {
      out.writeInt(mode);
      out.writeLong(uid);
      out.writeLong(gid);
      writeInstant(out, modified);
      writeInstant(out, changed);
      out.writeLong(inode);
      out.writeInt(links);
      out.writeLong(size);
    }

    static Stat read(DataInputStream in) throws IOException {
      return new Stat(
          in.readInt(),
          in.readLong(),
          in.readLong(),
          readInstant(in),
          readInstant(in),
          in.readLong(),
          in.readInt(),
          in.readLong());
    }
  }

  /** How much of a file a version has. */
  record Content(long size, long disk) {
    static final Content NONE = new Content(0, 0);
  }

  static Print directory(FileStat stat) {
    return new Print(Kind.DIRECTORY, Stat.of(stat), Content.NONE, "", "");
  }

  static Print symlink(FileStat stat, String target) {
    return new Print(Kind.SYMLINK, Stat.of(stat), Content.NONE, target, "");
  }

  static Print leftOut(FileStat stat) {
    return new Print(Kind.LEFT_OUT, Stat.of(stat), Content.NONE, "", "");
  }

  static Print file(FileStat stat, TreeCapture.Stored stored, Optional<String> digest) {
    return stored.first().isEmpty()
        ? new Print(
            Kind.FILE,
            Stat.of(stat),
            new Content(stored.size(), stored.disk()),
            "",
            digest.orElse(""))
        : new Print(Kind.HARD_LINK, Stat.of(stat), Content.NONE, stored.first(), "");
  }

  /** The same, no longer in doubt. */
  Print trusted() {
    return new Print(kind, stat, content, link, "");
  }

  /** Whether a path has all that is known without reading it. */
  boolean matches(Found found) {
    Stat now = Stat.of(found.node().stat());
    return switch (kind) {
      case DIRECTORY ->
          found.kind() == FileStat.Kind.DIRECTORY
              && stat.mode() == now.mode()
              && stat.sameOwnerAndTime(now);
      case SYMLINK ->
          found.kind() == FileStat.Kind.SYMLINK
              && link.equals(found.target())
              && stat.sameOwnerAndTime(now);
      case FILE, HARD_LINK, LEFT_OUT -> found.kind() == FileStat.Kind.FILE && stat.equals(now);
    };
  }

  void write(DataOutputStream out) throws IOException {
    out.writeByte(kind.letter);
    stat.write(out);
    out.writeLong(content.size());
    out.writeLong(content.disk());
    out.writeUTF(link);
    out.writeUTF(digest);
  }

  static Print read(DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    return new Print(
        Arrays.stream(Kind.values())
            .filter(each -> each.letter == kind)
            .findFirst()
            .orElseThrow(() -> new IOException("no kind of file has the letter " + kind)),
        Stat.read(in),
        new Content(in.readLong(), in.readLong()),
        in.readUTF(),
        in.readUTF());
  }

  static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  static Instant readInstant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }
}
