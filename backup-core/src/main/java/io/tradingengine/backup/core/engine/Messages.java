package io.tradingengine.backup.core.engine;

import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Collectors;

/** Turns things into words, and a failure into a sentence: the JDK's file exceptions say a name. */
final class Messages {
  private static final int MOST_NAMED = 20;

  private Messages() {}

  /** Names some things, and counts the rest. */
  static String some(List<?> things) {
    String named =
        things.stream().limit(MOST_NAMED).map(Object::toString).collect(Collectors.joining(", "));
    int more = things.size() - MOST_NAMED;
    return more <= 0 ? named : named + " and " + more + " more";
  }

  /** What failed with which thing, which may say its name itself. */
  static String about(String thing, Throwable failure) {
    String message = of(failure);
    return message.contains(thing) ? message : thing + ": " + message;
  }

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
