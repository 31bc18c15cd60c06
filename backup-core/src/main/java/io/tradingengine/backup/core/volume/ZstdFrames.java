package io.tradingengine.backup.core.volume;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;

/**
 * zstd (RFC 8878): one frame a volume, with its content's size in the header and a checksum at the
 * end.
 *
 * <p>Everything goes from direct buffer to direct buffer in one call: measured 5 to 10 percent
 * faster than a stream, which copies its input into a window first, and nothing stops the garbage
 * collector meanwhile, as pinning a heap array would.
 */
final class ZstdFrames {
  private ZstdFrames() {}

  static final class Writer implements Compressor {
    private static final int FASTEST = 1;

    /**
     * A table of 16 KiB, which stays in the nearest cache. Measured on database pages against
     * zstd's own choice of 14 for level 1: 4 to 14 percent faster at the same ratio (text 3,
     * programs 6 percent larger).
     */
    private static final int FASTEST_HASH_LOG = 12;

    private final ZstdCompressCtx context;
    private final DirectScratch scratch = new DirectScratch();
    private final byte[] piece = new byte[PIECE];

    Writer(int level) {
      context = new ZstdCompressCtx().setLevel(level).setChecksum(true).setContentSize(true);
      if (level == FASTEST) {
        context.setHashLog(FASTEST_HASH_LOG);
      }
    }

    @Override
    public void compress(ByteBuffer plain, OutputStream out) throws IOException {
      int most = Math.toIntExact(Zstd.compressBound(plain.remaining()));
      ByteBuffer frame = scratch.take(most);
      try {
        int size =
            context.compressDirectByteBuffer(
                frame, 0, most, plain, plain.position(), plain.remaining());
        plain.position(plain.limit());
        Compressor.drain(frame.limit(size), piece, out);
      } catch (ZstdException e) {
        throw new IOException("zstd cannot compress: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      context.close();
    }
  }

  static final class Reader implements Decompressor {
    private static final int MAGIC = 0xFD2FB528;

    /** A frame of nothing has 9 bytes, with a checksum and a longer header up to 17. */
    private static final int LARGEST_EMPTY_FRAME = 17;

    private final ZstdDecompressCtx context = new ZstdDecompressCtx();
    private final DirectScratch scratch = new DirectScratch();

    @Override
    public void decompress(ByteBuffer frame, ByteBuffer plain) throws DataFormatException {
      ByteBuffer direct = scratch.hold(frame);
      try {
        if (plain.hasRemaining()) {
          decompressFrame(direct, plain);
        } else {
          decompressEmptyFrame(direct);
        }
      } catch (ZstdException e) {
        DataFormatException damaged = new DataFormatException("zstd says: " + e.getMessage());
        damaged.initCause(e);
        throw damaged;
      }
    }

    /**
     * With the whole frame there, and the size that its header claims equal to the room there is,
     * this is one call straight into {@code plain}: no window is allocated, however large a one the
     * frame asks for, and what follows the frame is seen.
     */
    private void decompressFrame(ByteBuffer frame, ByteBuffer plain) throws DataFormatException {
      long claimed = claimedSize(frame);
      if (claimed != plain.remaining()) {
        throw new DataFormatException(
            "its zstd frame holds " + claimed + " bytes instead of " + plain.remaining());
      }
      context.reset();
      boolean ended = context.decompressDirectByteBufferStream(plain, frame);
      if (!ended || plain.hasRemaining()) {
        throw new DataFormatException("its zstd frame ends too early");
      }
      if (frame.hasRemaining()) {
        throw new DataFormatException(frame.remaining() + " bytes follow its zstd frame");
      }
    }

    private void decompressEmptyFrame(ByteBuffer frame) throws DataFormatException {
      if (frame.remaining() > LARGEST_EMPTY_FRAME || claimedSize(frame) != 0) {
        throw new DataFormatException("it is not one empty zstd frame");
      }
      ByteBuffer nothing = ByteBuffer.allocateDirect(1);
      if (context.decompressDirectByteBuffer(
              nothing, 0, 1, frame, frame.position(), frame.remaining())
          != 0) {
        throw new DataFormatException("its zstd frame is not empty");
      }
    }

    /** The third bit of the frame header's descriptor says so; it follows the magic number. */
    @Override
    public boolean checksPlainBytes(ByteBuffer frame) {
      return frame.remaining() > Integer.BYTES
          && (frame.get(frame.position() + Integer.BYTES) & 0x04) != 0;
    }

    @Override
    public long claimedSize(ByteBuffer frame) throws DataFormatException {
      if (frame.remaining() < 4
          || frame.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(frame.position()) != MAGIC) {
        throw new DataFormatException("it is not a zstd frame");
      }
      ByteBuffer direct = frame.isDirect() ? frame : headOf(frame);
      return Zstd.getDirectByteBufferFrameContentSize(
          direct, direct.position(), direct.remaining());
    }

    private static ByteBuffer headOf(ByteBuffer frame) {
      ByteBuffer head = frame.duplicate();
      head.limit(Math.min(head.limit(), head.position() + 18));
      return ByteBuffer.allocateDirect(head.remaining()).put(head).flip();
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
