package io.tradingengine.backup.core.redis.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a server answers, as the protocol RESP2 knows it. Immutable but for the bytes of a bulk. */
public sealed interface Reply {

  /**
   * A status, such as {@code OK}.
   *
   * @param text one line
   */
  record Status(String text) implements Reply {}

  /**
   * An error, such as {@code NOPERM this user has no permissions …}.
   *
   * @param text one line; the first word is the error's code
   */
  record Failure(String text) implements Reply {}

  /**
   * A number.
   *
   * @param value its value
   */
  record Numeric(long value) implements Reply {}

  /**
   * Bytes, or their absence.
   *
   * @param bytes the bytes; not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Bulk(byte @Nullable [] bytes) implements Reply {}

  /**
   * Several answers.
   *
   * @param elements in order; empty for an absent array, too
   */
  record Array(List<Reply> elements) implements Reply {
    public Array {
      elements = List.copyOf(elements);
    }
  }

  /**
   * A status or bulk as UTF-8.
   *
   * @throws IOException if it is something else
   */
  default String text() throws IOException {
    if (this instanceof Status status) {
      return status.text();
    }
    if (this instanceof Bulk bulk && bulk.bytes() != null) {
      return new String(bulk.bytes(), StandardCharsets.UTF_8);
    }
    throw unexpected("text");
  }

  /**
   * A number.
   *
   * @throws IOException if it is something else
   */
  default long number() throws IOException {
    if (this instanceof Numeric number) {
      return number.value();
    }
    throw unexpected("a number");
  }

  /**
   * The elements of an array.
   *
   * @throws IOException if it is something else
   */
  default List<Reply> elements() throws IOException {
    if (this instanceof Array array) {
      return array.elements();
    }
    throw unexpected("a list");
  }

  private IOException unexpected(String expected) {
    String what = "something else";
    if (this instanceof Failure failure) {
      what = "the error '" + failure.text() + "'";
    } else if (this instanceof Bulk bulk) {
      what = bulk.bytes() == null ? "nothing" : bulk.bytes().length + " bytes";
    } else if (this instanceof Status status) {
      what = "'" + status.text() + "'";
    }
    return new IOException("Redis answered with " + what + " where " + expected + " was expected");
  }
}
