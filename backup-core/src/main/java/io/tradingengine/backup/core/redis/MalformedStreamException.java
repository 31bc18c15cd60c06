package io.tradingengine.backup.core.redis;

import java.io.IOException;

/** What was to be a stream of commands is something else. */
final class MalformedStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedStreamException(String message) {
    super(message);
  }
}
