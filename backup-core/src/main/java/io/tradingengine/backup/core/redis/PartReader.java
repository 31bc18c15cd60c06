package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.core.redis.RedisState.Part;
import io.tradingengine.backup.core.redis.rdb.RdbReader;
import io.tradingengine.backup.core.redis.rdb.RdbSummary;
import io.tradingengine.backup.core.redis.rdb.RdbVerdict;
import io.tradingengine.backup.core.redis.rdb.RdbVerifier;
import io.tradingengine.backup.core.redis.rdb.SummaryCollector;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a part of a backup once from begin to end, hands its bytes on, and says whether it is a
 * whole RDB and what is in it.
 */
final class PartReader {
  private static final int PIECE = 1 << 16;

  private final RestoreJob job;
  private final Part part;

  PartReader(RestoreJob job, Part part) {
    this.job = job;
    this.part = part;
  }

  /** Takes the bytes as they pass. */
  @FunctionalInterface
  interface Tap {
    void accept(byte[] bytes, int offset, int length) throws IOException;
  }

  /**
   * What is known of a part that is whole.
   *
   * @param verdict its version and length
   * @param summary what is in it; empty if it holds what this library does not know
   */
  record Contents(RdbVerdict verdict, Optional<RdbSummary> summary) {
    /** What is worth knowing of it. */
    List<Finding> remarks(RestoreJob job) {
      List<Finding> remarks = new ArrayList<>();
      if (verdict.checksum() == RdbVerdict.Checksum.UNVERIFIABLE) {
        remarks.add(
            job.info("the server that was backed up wrote no checksum into the RDB (rdbchecksum)"));
      }
      if (summary.isEmpty()) {
        remarks.add(
            job.warning(
                "the backup holds what this library does not know: its checksum is right, its keys"
                    + " were not counted",
                "update the library"));
      }
      return remarks;
    }
  }

  /**
   * Reads it.
   *
   * @param asOf keys that expire until then count as expired
   * @throws io.tradingengine.backup.IntegrityException if it is not what was backed up
   * @throws IOException if it cannot be read, or the tap fails
   */
  Contents read(Instant asOf, Tap tap) throws IOException {
    SummaryCollector collector = new SummaryCollector(asOf);
    try (Tapped in = new Tapped(job.task().captured().open(part.artifact(), 0), tap)) {
      RdbVerdict verdict;
      Optional<RdbSummary> summary;
      try {
        verdict = RdbReader.read(in, collector);
        summary = Optional.of(collector.summary());
      } catch (IOException e) {
        in.rethrow();
        // Damaged, or of a server that is newer than this library: its checksum tells.
        in.drain();
        verdict = verify(e);
        summary = Optional.empty();
      }
      if (verdict.version().number() != part.rdbVersion()) {
        throw job.damaged(
            part,
            "the RDB has the version "
                + verdict.version()
                + ", and the manifest says "
                + part.rdbVersion(),
            null);
      }
      return new Contents(verdict, summary);
    }
  }

  /** Reads it without looking inside. */
  private RdbVerdict verify(IOException unreadable) throws IOException {
    RdbVerifier verifier = new RdbVerifier();
    try (InputStream in = job.task().captured().open(part.artifact(), 0)) {
      byte[] piece = new byte[PIECE];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        check(verifier, piece, count);
      }
    }
    try {
      RdbVerdict verdict = verifier.finish();
      if (verdict.checksum() == RdbVerdict.Checksum.VERIFIED) {
        return verdict;
      }
    } catch (IOException e) {
      throw job.damaged(part, e);
    }
    throw job.damaged(part, unreadable);
  }

  private void check(RdbVerifier verifier, byte[] piece, int count) {
    try {
      verifier.update(piece, 0, count);
    } catch (IOException e) {
      throw job.damaged(part, e);
    }
  }

  /** Remembers a failure that is none of the RDB's. */
  private final class Tapped extends InputStream {
    private final InputStream in;
    private final Tap tap;
    private @Nullable IOException failure;

    Tapped(InputStream in, Tap tap) {
      this.in = in;
      this.tap = tap;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        RestoreJob.throwIfInterrupted();
        int count = in.read(bytes, offset, length);
        if (count > 0) {
          tap.accept(bytes, offset, count);
          job.task().progress().accept(count);
        }
        return count;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    void rethrow() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }

    void drain() throws IOException {
      byte[] piece = new byte[PIECE];
      int count;
      do {
        count = read(piece);
      } while (count >= 0);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
