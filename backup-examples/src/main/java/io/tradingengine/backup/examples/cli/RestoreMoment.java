package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.Lsn;
import io.tradingengine.backup.RestoreTarget;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The moment that a restore goes to; picocli sees to it that there is at most one. */
final class RestoreMoment {
  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = Instants.class,
      description =
          "The last recovery point at or before then, such as 2024-01-15T14:30:00Z or"
              + " 2024-01-15T15:30:00+01:00.")
  private @Nullable Instant time;

  @Option(
      names = "--point",
      paramLabel = "NAME",
      description = "The recovery point that the application marked with that name.")
  private @Nullable String point;

  @Option(
      names = "--lsn",
      paramLabel = "LSN",
      converter = LsnConverter.class,
      description = "That position in PostgreSQL's log, such as 16/3002D50.")
  private @Nullable Lsn lsn;

  @Option(
      names = "--xid",
      paramLabel = "N",
      converter = TransactionConverter.class,
      description = "Up to and with that transaction of PostgreSQL; needs --source.")
  private RestoreTarget.@Nullable Transaction transaction;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "A restore point that pg_create_restore_point made; needs --source.")
  private @Nullable String restorePoint;

  @Option(
      names = "--backup-only",
      description = "The backup as it is, whatever was archived after it.")
  private boolean backupOnly;

  /** What was chosen. */
  Optional<RestoreTarget> target() {
    if (time != null) {
      return Optional.of(new RestoreTarget.Time(time));
    } else if (point != null) {
      return Optional.of(new RestoreTarget.Point(point));
    } else if (lsn != null) {
      return Optional.of(new RestoreTarget.Position(lsn));
    } else if (restorePoint != null) {
      return Optional.of(new RestoreTarget.RestorePoint(restorePoint));
    } else if (transaction != null) {
      return Optional.of(transaction);
    }
    return backupOnly ? Optional.of(new RestoreTarget.Backup()) : Optional.empty();
  }

  /** Reads a position in PostgreSQL's log. */
  static final class LsnConverter implements ITypeConverter<Lsn> {
    @Override
    public Lsn convert(String text) {
      try {
        return Lsn.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Reads a transaction's id. */
  static final class TransactionConverter implements ITypeConverter<RestoreTarget.Transaction> {
    @Override
    public RestoreTarget.Transaction convert(String text) {
      try {
        return new RestoreTarget.Transaction(Long.parseLong(text));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "not a transaction id: '" + text + "' (expected a number below 4294967296)");
      }
    }
  }

  /** Reads the number of one of PostgreSQL's timelines. */
  static final class TimelineConverter implements ITypeConverter<OptionalLong> {
    private static final long LARGEST = 0xFFFF_FFFFL;

    @Override
    public OptionalLong convert(String text) {
      try {
        long number = Long.parseLong(text);
        if (number >= 1 && number <= LARGEST) {
          return OptionalLong.of(number);
        }
      } catch (NumberFormatException e) {
        throw wrong(text);
      }
      throw wrong(text);
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "not a timeline: '" + text + "' (expected a number such as 2)");
    }
  }
}
