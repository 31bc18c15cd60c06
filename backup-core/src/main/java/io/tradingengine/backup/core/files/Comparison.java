package io.tradingengine.backup.core.files;

import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether what a walk comes by still is what it was. Not safe for concurrent use.
 *
 * <p>The time of a file's last change is as coarse as the kernel's clock tick, and what a program
 * writes through a memory map moves it only when the page is written back, about half a minute
 * later. So a time that was younger than {@link #YOUNG} when the file was looked at proves nothing:
 * the file is in doubt, and its content is compared the next time.
 */
final class Comparison {
  static final Duration YOUNG = Duration.ofMinutes(1);

  private final Instant trusted;
  private final FindingLog findings;
  private final byte[] buffer = new byte[Archive.BUFFER];

  /**
   * @param begin when the walk began
   */
  Comparison(Instant begin, FindingLog findings) {
    this.trusted = begin.minus(YOUNG);
    this.findings = findings;
  }

  /** A digest to take of a file that is going to be in doubt; empty if it is not. */
  Optional<MessageDigest> digestIfInDoubt(FileStat stat) {
    return inDoubt(stat.changed().toInstant()) ? Optional.of(Sha256.newDigest()) : Optional.empty();
  }

  /** Whether a file has all that is known of it, and from before there was any doubt. */
  boolean isSurelyUnchanged(Print print, Found found) {
    return print.matches(found) && !inDoubt(print.stat().changed());
  }

  /** Whether a file holds the content that is known, which has a digest. */
  boolean hasContentOf(Print print, Found found) throws IOException, InterruptedException {
    return digest(print, found).equals(print.digest());
  }

  private boolean inDoubt(Instant changed) {
    return !changed.isBefore(trusted);
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What is known from now on, if nothing has changed; empty if something has. */
  Optional<Print> unchanged(@Nullable Print print, Found found)
      throws IOException, InterruptedException {
    if (print == null || !print.matches(found)) {
      return Optional.empty();
    }
    return switch (print.kind()) {
      case DIRECTORY, SYMLINK, HARD_LINK -> Optional.of(print);
      case LEFT_OUT -> canBeOpened(found) ? Optional.empty() : Optional.of(print);
      case FILE -> print.digest().isEmpty() ? Optional.of(print) : readAgain(print, found);
    };
  }

  private boolean canBeOpened(Found found) {
    try (SeekableByteChannel channel = found.opener().open()) {
      return channel.isOpen();
    } catch (IOException e) {
      findings.leftOut(found.node().path(), e);
      return false;
    }
  }

  /** What cannot be read any more stays as the last version has it. */
  private Optional<Print> readAgain(Print print, Found found) throws InterruptedException {
    boolean same;
    try {
      same = hasContentOf(print, found);
    } catch (IOException e) {
      findings.warning(
          found.node().path(),
          "could not be compared with its last version, which is kept: " + FindingLog.reason(e),
          "see to its cause, or exclude it");
      return Optional.of(print);
    }
    if (!same) {
      return Optional.empty();
    }
    return Optional.of(inDoubt(print.stat().changed()) ? print : print.trusted());
  }

  /** Reads no more than it takes to tell that there is more than the print has. */
  private String digest(Print print, Found found) throws IOException, InterruptedException {
    MessageDigest digest = Sha256.newDigest();
    try (SeekableByteChannel channel = found.opener().open()) {
      long left = print.content().size() + 1;
      while (left > 0) {
        int got = channel.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(left, buffer.length)));
        if (got < 0) {
          break;
        }
        digest.update(buffer, 0, got);
        left -= got;
      }
    } catch (ClosedByInterruptException e) {
      throw TreeCapture.interrupted(found.node().path(), e);
    }
    return hex(digest);
  }
}
