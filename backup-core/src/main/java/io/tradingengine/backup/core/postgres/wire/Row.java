package io.tradingengine.backup.core.postgres.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A row of a result set, in text form. Immutable. */
public final class Row {
  private final List<Optional<byte[]>> columns;

  private Row(List<Optional<byte[]>> columns) {
    this.columns = columns;
  }

  static Row parse(ByteBuffer body) {
    int count = body.getShort();
    List<Optional<byte[]>> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = body.getInt();
      if (length < 0) {
        columns.add(Optional.empty());
      } else {
        byte[] value = new byte[length];
        body.get(value);
        columns.add(Optional.of(value));
      }
    }
    return new Row(columns);
  }

  /** How many columns it has. */
  public int size() {
    return columns.size();
  }

  /** The value of a column, counted from 0; empty for null. */
  public Optional<String> find(int column) {
    return columns.get(column).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  /**
   * The value of a column, counted from 0, that cannot be null.
   *
   * @throws IOException if it is all the same
   */
  public String text(int column) throws IOException {
    return new String(bytes(column), StandardCharsets.UTF_8);
  }

  /**
   * The bytes of a column, counted from 0, that cannot be null.
   *
   * @throws IOException if it is all the same
   */
  public byte[] bytes(int column) throws IOException {
    if (column >= columns.size()) {
      throw new IOException("the server's answer lacks column " + column);
    }
    return columns
        .get(column)
        .orElseThrow(() -> new IOException("the server's answer has null in column " + column));
  }
}
