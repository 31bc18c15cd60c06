package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.spi.ArtifactSink;
import io.tradingengine.backup.spi.ArtifactStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The headers of all incremental files of a capture, in an artifact of their own: so a restore
 * knows which capture gives it which block before it reads the first one. The artifact is the text
 * {@code blocks 1} with a line end, the number of files (32 bits, big endian), and for each file
 * the length of its path in bytes (16 bits), the path below the data directory in UTF-8, the
 * truncation length of the header, the length that it was cut to since the capture before, and the
 * number of blocks (32 bits each), and for each block its distance from the one before (from -1 for
 * the first), 7 bits a byte, the lowest first, all but the last byte with the highest bit set. Not
 * safe for concurrent use.
 */
final class BlockMaps {
  static final String ARTIFACT = "blocks";

  private static final byte[] MAGIC = "blocks 1\n".getBytes(UTF_8);

  private static final int BUFFER = 64 << 10;

  /** A segment of the largest size, in the smallest blocks, has fewer. */
  private static final int MOST_BLOCKS = 1 << 28;

  private final Map<String, BlockMap> maps = new LinkedHashMap<>();

  /** Adds a file. */
  void add(String path, BlockMap map) throws IOException {
    if (maps.put(path, map) != null) {
      throw new IOException("the server's base backup has '" + path + "' twice");
    }
  }

  /** The maps by path; its values may be replaced. */
  Map<String, BlockMap> maps() {
    return maps;
  }

  private static void write(DataOutputStream out, String path, BlockMap map) throws IOException {
    byte[] name = path.getBytes(UTF_8);
    out.writeShort(name.length);
    out.write(name);
    out.writeInt(map.truncation());
    out.writeInt(map.cut());
    out.writeInt(map.count());
    int last = -1;
    for (int i = 0; i < map.count(); i++) {
      int distance = map.block(i) - last;
      last = map.block(i);
      while (distance > 0x7F) {
        out.write((distance & 0x7F) | 0x80);
        distance >>>= 7;
      }
      out.write(distance);
    }
  }

  /** Writes the artifact. */
  void write(ArtifactSink sink) throws IOException {
    try (ArtifactStream stream = sink.create(ARTIFACT, "")) {
      DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, BUFFER));
      out.write(MAGIC);
      out.writeInt(maps.size());
      for (Map.Entry<String, BlockMap> each : maps.entrySet()) {
        write(out, each.getKey(), each.getValue());
      }
      out.flush();
      stream.finish();
    }
  }

  /**
   * Reads an artifact.
   *
   * @param in is read to its end
   * @param pageSize bytes in a block
   * @throws IllegalArgumentException if it is not what {@link #write} wrote
   */
  static Map<String, BlockMap> read(InputStream in, int pageSize) throws IOException {
    DataInputStream data = new DataInputStream(in);
    if (!Arrays.equals(data.readNBytes(MAGIC.length), MAGIC)) {
      throw new IllegalArgumentException("it is not of version 1");
    }
    int files = data.readInt();
    if (files < 0) {
      throw new IllegalArgumentException(files + " files");
    }
    Map<String, BlockMap> maps = new HashMap<>();
    for (int i = 0; i < files; i++) {
      String path = new String(data.readNBytes(data.readUnsignedShort()), UTF_8);
      int truncation = data.readInt();
      int cut = data.readInt();
      if (truncation > MOST_BLOCKS || cut > truncation) {
        throw new IllegalArgumentException("cut to " + cut + " of " + truncation + " blocks");
      }
      if (maps.put(path, new BlockMap(pageSize, truncation, blocks(data)).cutAt(cut)) != null) {
        throw new IllegalArgumentException("'" + path + "' stands in it twice");
      }
    }
    if (data.read() >= 0) {
      throw new IllegalArgumentException("it goes on after its end");
    }
    return maps;
  }

  private static int[] blocks(DataInputStream data) throws IOException {
    int count = data.readInt();
    if (count < 0 || count > MOST_BLOCKS) {
      throw new IllegalArgumentException("a file of " + count + " blocks");
    }
    Blocks blocks = new Blocks();
    int last = -1;
    for (int i = 0; i < count; i++) {
      last += distance(data); // both are below the most, so that this does not overflow
      if (last >= MOST_BLOCKS) {
        throw new IllegalArgumentException("block " + last);
      }
      blocks.add(last);
    }
    return blocks.toArray();
  }

  private static int distance(DataInputStream data) throws IOException {
    int distance = 0;
    for (int shift = 0; shift < Integer.SIZE - 4; shift += 7) {
      int part = data.readUnsignedByte();
      distance |= (part & 0x7F) << shift;
      if (part == 0) {
        break; // no distance is 0, and none has more bytes than it needs
      }
      if (part <= 0x7F) {
        return distance;
      }
    }
    throw new IllegalArgumentException("no distance between blocks");
  }
}
