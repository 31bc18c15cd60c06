package io.tradingengine.backup.core.engine;

import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns a failure into a sentence: the JDK's file exceptions say only a name. */
final class Messages {
  private Messages() {}

  static String of(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof NoSuchFileException missing && missing.getReason() == null) {
      return missing.getFile() + ": no such file";
    }
    if (failure instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + file.getClass().getSimpleName();
    }
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }
}
