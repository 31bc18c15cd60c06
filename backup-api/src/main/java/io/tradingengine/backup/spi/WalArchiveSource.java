package io.tradingengine.backup.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A source whose server can hand its log over by itself, file by file, to a command that it calls;
 * and get it back that way.
 */
public interface WalArchiveSource extends Source {

  /**
   * Reads what a file of the server's log is, and makes sure that it is what its name says.
   *
   * @param file in the server's own folder of logs, where its other files can be found
   * @throws io.tradingengine.backup.BackupException if it is no such file
   * @throws IOException if it cannot be read
   */
  WalFile describe(Path file) throws IOException;

  /**
   * Which cluster a file belongs to that is going to stand there.
   *
   * @param file in a server's own folder of logs; need not be there
   * @return what its pieces' names begin with; empty if no cluster is to be seen there
   * @throws IOException if what tells cannot be read
   */
  Optional<String> clusterOf(Path file) throws IOException;

  /**
   * What the names of the pieces that hold a file begin with: the digest follows.
   *
   * @param cluster as {@link #clusterOf} says it
   * @param name the file's name
   * @throws io.tradingengine.backup.BackupException if no file of the log can be called so
   */
  String prefix(String cluster, String name);

  /**
   * A file of a server's log.
   *
   * @param prefix what the names of its pieces begin with
   * @param digest what they end with; says what is in it
   */
  record WalFile(String prefix, String digest) {
    /** How many hexadecimal digits of its SHA-256 a digest has. */
    public static final int DIGITS = 32;

    /** The part of a file's digest that names carry. */
    public static String digest(Sha256 whole) {
      return whole.hex().substring(0, DIGITS);
    }

    /** The name of the piece that holds it. */
    public String piece() {
      return prefix + digest;
    }
  }
}
