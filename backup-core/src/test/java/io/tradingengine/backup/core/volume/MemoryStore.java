package io.tradingengine.backup.core.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in memory; checks that what it is given is what it is said to be. */
final class MemoryStore implements ObjectSink, ObjectReader {
  final Map<ObjectKey, byte[]> objects = new ConcurrentSkipListMap<>();

  @Override
  public void put(ObjectKey key, Content content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    content.writeTo(out);
    byte[] bytes = out.toByteArray();
    try (InputStream in = content.open()) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
    assertThat(content.length()).isEqualTo(bytes.length);
    assertThat(content.sha256()).isEqualTo(Sha256.of(bytes));
    assertThat(objects.put(key, bytes)).as("put twice: " + key).isNull();
  }

  @Override
  public InputStream open(ObjectKey key) throws IOException {
    byte[] bytes = objects.get(key);
    if (bytes == null) {
      throw new NoSuchFileException(key.value());
    }
    return new ByteArrayInputStream(bytes);
  }
}
