package io.tradingengine.backup.core.files;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A path in the listing of a capture. Immutable.
 *
 * @param name its raw absolute name without the first slash
 * @param print what it was; a file has a digest if all of it could be read
 * @param depth which capture has a file's content, by how many captures that one builds on
 */
record Listed(String name, Print print, int depth) implements Pairing.Named {
  private static final int FIELDS = 12;
  private static final int NANO_DIGITS = 9;
  private static final String NONE = "-";
  private static final Pattern KIND = Pattern.compile("[fhdl]");
  private static final Pattern MODE = Pattern.compile("[0-7]{4}");
  private static final Pattern INODE = Pattern.compile("[0-9]{1,20}");
  private static final Pattern NATURAL = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,17}\\.[0-9]{9}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** What stands for it, beside its name and what it links to. */
  String attributes() {
    Print.Stat stat = print.stat();
    return String.join(
        " ",
        String.valueOf(print.kind().letter()),
        String.format(Locale.ROOT, "%04o", stat.mode()),
        Long.toString(stat.uid()),
        Long.toString(stat.gid()),
        seconds(stat.modified()),
        seconds(stat.changed()),
        Long.toUnsignedString(stat.inode()),
        Integer.toString(stat.links()),
        Long.toString(print.content().size()),
        Long.toString(print.content().disk()),
        Integer.toString(depth),
        print.digest().isEmpty() ? NONE : print.digest());
  }

  /**
   * Reads what {@link #attributes} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Listed parse(String attributes, String name, String link) {
    String[] fields = attributes.split(" ", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException("is no line of a listing");
    }
    long size = natural(fields[8], Long.MAX_VALUE);
    Print.Stat stat =
        new Print.Stat(
            Integer.parseInt(matching(fields[1], MODE), 8),
            natural(fields[2], 0xffff_ffffL),
            natural(fields[3], 0xffff_ffffL),
            instant(fields[4]),
            instant(fields[5]),
            Long.parseUnsignedLong(matching(fields[6], INODE)),
            (int) natural(fields[7], Integer.MAX_VALUE),
            size);
    return new Listed(
        name,
        new Print(
            kind(matching(fields[0], KIND).charAt(0)),
            stat,
            new Print.Content(size, natural(fields[9], Long.MAX_VALUE)),
            link,
            fields[11].equals(NONE) ? "" : matching(fields[11], SHA256)),
        (int) natural(fields[10], Integer.MAX_VALUE));
  }

  /** The member of an archive that it is. */
  Member member() {
    Print.Stat stat = print.stat();
    Member.Type type =
        switch (print.kind()) {
          case FILE -> Member.Type.FILE;
          case HARD_LINK -> Member.Type.HARD_LINK;
          case DIRECTORY -> Member.Type.DIRECTORY;
          case SYMLINK -> Member.Type.SYMLINK;
          case LEFT_OUT -> throw new IllegalStateException(name + " was left out");
        };
    return new Member(
        name,
        type,
        stat.mode(),
        stat.uid(),
        stat.gid(),
        FileTime.from(stat.modified()),
        print.content().size(),
        print.link());
  }

  private static Print.Kind kind(char letter) {
    return Arrays.stream(Print.Kind.values())
        .filter(kind -> kind.letter() == letter)
        .findFirst()
        .orElseThrow();
  }

  private static String matching(String text, Pattern pattern) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException("has '" + RawNames.show(text) + "' in it");
    }
    return text;
  }

  private static long natural(String text, long most) {
    long number = Long.parseLong(matching(text, NATURAL));
    if (number > most) {
      throw new IllegalArgumentException("has '" + text + "' in it");
    }
    return number;
  }

  static String seconds(Instant instant) {
    return BigDecimal.valueOf(instant.getEpochSecond())
        .add(BigDecimal.valueOf(instant.getNano(), NANO_DIGITS))
        .setScale(NANO_DIGITS)
        .toPlainString();
  }

  /**
   * Reads what {@link #seconds} has written.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Instant instant(String text) {
    BigDecimal seconds = new BigDecimal(matching(text, SECONDS));
    BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
    long nanos = seconds.subtract(whole).movePointRight(NANO_DIGITS).longValue();
    try {
      return Instant.ofEpochSecond(whole.longValueExact(), nanos);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("has the time '" + text + "' in it", e);
    }
  }
}
