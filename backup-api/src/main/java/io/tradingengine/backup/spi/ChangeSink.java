package io.tradingengine.backup.spi;

import io.tradingengine.backup.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * Takes the changes of one source: what is handed over is kept in the spool until every destination
 * has it. Safe for concurrent use.
 */
public interface ChangeSink {

  /** A folder of the source's own on a local disk, which outlives the process. */
  Path folder();

  /**
   * The names of all pieces that were ever handed over and that the spool or a destination still
   * has, sorted.
   *
   * @throws IOException if no destination can be read and the spool is new
   */
  NavigableSet<String> names() throws IOException, InterruptedException;

  /**
   * Compresses and encrypts a piece into the spool; on return it is durable there, and its file may
   * be removed. Waits while the spool is full. A name that was handed over before is passed over.
   */
  void store(Piece piece) throws IOException, InterruptedException;

  /**
   * Waits while the spool is full: called before a follower begins a file of its own, so that what
   * it receives is bounded as well. The store keeps its changes meanwhile.
   */
  void awaitRoom() throws InterruptedException;

  /**
   * Says that all up to a position was handed over by an earlier run, as the names of pieces tell.
   */
  void archived(StreamPosition position);

  /** Says that the store has begun to send, from where it was asked to. */
  void following();

  /** Says that there is something to {@linkplain ChangeFollower#cut cut} right now. */
  void ready();

  /**
   * Tells whoever watches. An error is an alarm: changes are missing, or are going to be. The
   * latest finding about a subject replaces the one before.
   */
  void report(Finding finding);

  /** Takes back what was reported about a subject. */
  void clear(String subject);

  /**
   * Says that only a new full backup makes a restore beyond this moment possible.
   *
   * @param reason why, as a sentence
   */
  void fullBackupDue(String reason);

  /**
   * The attributes of the source's newest published backup; empty if there is none yet.
   *
   * @throws IOException if no destination can be read
   */
  Optional<SourceState> newestCapture() throws IOException, InterruptedException;

  /**
   * A piece of a source's changes.
   *
   * @param name its name below the source's folder, in keys' characters: {@code
   *     7431…/00000001/000000010000000000000003.<digest>}; says what is in it, for ever
   * @param file where it stands
   * @param from the first byte of the file that belongs to it
   * @param to the byte after the last
   * @param end where the stream stands after it; empty for what is not part of the stream
   * @param replaces a prefix of names that are of no use once this piece is stored, such as the
   *     slices of a segment that is whole now; they are removed where that is allowed
   */
  record Piece(
      String name,
      Path file,
      long from,
      long to,
      Optional<StreamPosition> end,
      Optional<String> replaces) {}
}
