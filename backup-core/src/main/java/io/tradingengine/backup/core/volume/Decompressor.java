package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/** Decompresses one volume after another. Not safe for concurrent use. */
interface Decompressor extends AutoCloseable {

  /**
   * Decompresses a frame that has to fill {@code plain} exactly.
   *
   * @param frame what remains has to be one frame and nothing else; it is consumed
   * @param plain a direct buffer
   * @throws DataFormatException if the frame is damaged, longer or shorter, or not the only thing
   */
  void decompress(ByteBuffer frame, ByteBuffer plain) throws DataFormatException;

  /**
   * Whether {@link #decompress} checks the plain bytes of this frame against a checksum made of
   * them before they were compressed.
   *
   * @param frame is left as it is
   */
  boolean checksPlainBytes(ByteBuffer frame);

  /**
   * How many bytes a frame says it holds. Nobody has checked that.
   *
   * @param frame is left as it is
   */
  long claimedSize(ByteBuffer frame) throws DataFormatException;

  /** Lets go of native memory. */
  @Override
  void close();

  static Decompressor of(Codec codec) {
    return switch (codec) {
      case ZSTD -> new ZstdFrames.Reader();
      case GZIP -> new GzipMembers.Reader();
      case NONE -> new Verbatim.Reader();
    };
  }
}
