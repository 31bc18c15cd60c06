package io.tradingengine.backup.examples.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a time with its offset from UTC. One without is not guessed at: whoever restores at three
 * in the morning may sit in another zone than the server.
 */
final class Instants implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    String iso = text.strip().replace(' ', 'T');
    try {
      return OffsetDateTime.parse(iso).toInstant();
    } catch (DateTimeException e) {
      throw new TypeConversionException(
          isLocal(iso)
              ? "'"
                  + text
                  + "' has no offset from UTC: write "
                  + iso
                  + "Z if it is UTC, or the"
                  + " offset of your zone, such as "
                  + iso
                  + "+01:00"
              : "not a time: '"
                  + text
                  + "' (expected something like 2024-01-15T14:30:00Z or"
                  + " 2024-01-15T15:30:00+01:00)");
    }
  }

  private static boolean isLocal(String text) {
    try {
      LocalDateTime.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
