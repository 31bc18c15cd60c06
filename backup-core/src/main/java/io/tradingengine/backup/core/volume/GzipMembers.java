package io.tradingengine.backup.core.volume;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * gzip (RFC 1952): one member a volume, without a name or a time. The JDK's own streams would do,
 * but only on heap arrays, which they pin, and with a copy more.
 */
final class GzipMembers {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};
  private static final int TRAILER_SIZE = 8;

  private GzipMembers() {}

  static final class Writer implements Compressor {
    private final Deflater deflater;
    private final ByteBuffer deflated = ByteBuffer.allocateDirect(PIECE);
    private final byte[] piece = new byte[PIECE];

    Writer(int level) {
      deflater = new Deflater(level, true);
    }

    @Override
    public void compress(ByteBuffer plain, OutputStream out) throws IOException {
      CRC32 crc = new CRC32();
      crc.update(plain.duplicate());
      int size = plain.remaining();
      out.write(HEADER);
      deflater.reset();
      deflater.setInput(plain);
      deflater.finish();
      while (!deflater.finished()) {
        deflater.deflate(deflated.clear());
        Compressor.drain(deflated.flip(), piece, out);
      }
      ByteBuffer trailer = ByteBuffer.allocate(TRAILER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
      out.write(trailer.putInt((int) crc.getValue()).putInt(size).array());
    }

    @Override
    public void close() {
      deflater.end();
    }
  }

  static final class Reader implements Decompressor {
    private final Inflater inflater = new Inflater(true);
    private final DirectScratch scratch = new DirectScratch();

    @Override
    public void decompress(ByteBuffer frame, ByteBuffer plain) throws DataFormatException {
      ByteBuffer member = scratch.hold(frame);
      long claimed = claimedSize(member);
      if (claimed != plain.remaining()) {
        throw new DataFormatException(
            "its gzip member holds " + claimed + " bytes instead of " + plain.remaining());
      }
      ByteBuffer content = plain.duplicate();
      member.position(member.position() + HEADER.length);
      inflate(member, plain);
      if (member.remaining() != TRAILER_SIZE) {
        throw new DataFormatException("more follows its gzip member");
      }
      CRC32 crc = new CRC32();
      crc.update(content);
      if (member.order(ByteOrder.LITTLE_ENDIAN).getInt() != (int) crc.getValue()) {
        throw new DataFormatException("the checksum of its gzip member is wrong");
      }
      member.position(member.limit());
    }

    private void inflate(ByteBuffer member, ByteBuffer plain) throws DataFormatException {
      ByteBuffer beyond = ByteBuffer.allocateDirect(1);
      inflater.reset();
      inflater.setInput(member);
      while (!inflater.finished()) {
        int count = inflater.inflate(plain.hasRemaining() ? plain : beyond);
        if (!beyond.hasRemaining()) {
          throw new DataFormatException("its gzip member holds more than it says");
        }
        if (count == 0 && !inflater.finished()) {
          throw new DataFormatException("its gzip member ends too early");
        }
      }
      if (plain.hasRemaining()) {
        throw new DataFormatException("its gzip member holds less than it says");
      }
    }

    @Override
    public boolean checksPlainBytes(ByteBuffer frame) {
      return true;
    }

    @Override
    public long claimedSize(ByteBuffer frame) throws DataFormatException {
      int start = frame.position();
      if (frame.remaining() < HEADER.length + TRAILER_SIZE
          || frame.get(start) != HEADER[0]
          || frame.get(start + 1) != HEADER[1]
          || frame.get(start + 2) != HEADER[2]
          || frame.get(start + 3) != 0) {
        throw new DataFormatException("it is not a plain gzip member");
      }
      int size =
          frame.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(frame.limit() - Integer.BYTES);
      return Integer.toUnsignedLong(size);
    }

    @Override
    public void close() {
      inflater.end();
    }
  }
}
