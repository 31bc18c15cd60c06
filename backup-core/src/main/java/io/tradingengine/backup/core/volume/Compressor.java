package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Compresses one volume after another. Not safe for concurrent use. */
interface Compressor extends AutoCloseable {
  /** Pieces of this size go through encryption and hashing while they are in the nearest cache. */
  int PIECE = 1 << 16;

  /**
   * Compresses all that remains, as one frame that is complete in itself.
   *
   * @param plain a direct buffer, so that no array is pinned while native code works
   */
  void compress(ByteBuffer plain, OutputStream out) throws IOException;

  /** Lets go of native memory. */
  @Override
  void close();

  static Compressor of(Codec codec, int level) {
    return switch (codec) {
      case ZSTD -> new ZstdFrames.Writer(level);
      case GZIP -> new GzipMembers.Writer(level);
      case NONE -> new Verbatim.Writer();
    };
  }

  /**
   * Writes all that remains of a direct buffer.
   *
   * @param piece what the bytes are carried in
   */
  static void drain(ByteBuffer bytes, byte[] piece, OutputStream out) throws IOException {
    while (bytes.hasRemaining()) {
      int count = Math.min(piece.length, bytes.remaining());
      bytes.get(piece, 0, count);
      out.write(piece, 0, count);
    }
  }
}
