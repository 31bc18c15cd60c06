package io.tradingengine.backup.core.volume;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/** No compression: the plain bytes as they are. */
final class Verbatim {
  private Verbatim() {}

  static final class Writer implements Compressor {
    private final byte[] piece = new byte[PIECE];

    @Override
    public void compress(ByteBuffer plain, OutputStream out) throws IOException {
      Compressor.drain(plain, piece, out);
    }

    @Override
    public void close() {
      // holds nothing
    }
  }

  static final class Reader implements Decompressor {
    @Override
    public void decompress(ByteBuffer frame, ByteBuffer plain) throws DataFormatException {
      if (frame.remaining() != plain.remaining()) {
        throw new DataFormatException(
            "it holds " + frame.remaining() + " bytes instead of " + plain.remaining());
      }
      plain.put(frame);
    }

    @Override
    public boolean checksPlainBytes(ByteBuffer frame) {
      return false;
    }

    @Override
    public long claimedSize(ByteBuffer frame) {
      return frame.remaining();
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
