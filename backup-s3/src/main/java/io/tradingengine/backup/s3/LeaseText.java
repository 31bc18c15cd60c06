package io.tradingengine.backup.s3;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in the object of the lease: a JSON object on one line. Immutable.
 *
 * @param owner who took it, for the message that others get
 * @param id random, made anew each time it is taken
 * @param generation counts what its holder wrote, so that no two writes are equal
 * @param held false once its holder has given it back
 */
record LeaseText(String owner, String id, long generation, Duration ttl, boolean held) {
  private static final Pattern FORM =
      Pattern.compile(
          "\\{\"owner\":\"([^\"\\\\]*)\",\"id\":\"([0-9a-f-]{36})\",\"generation\":([0-9]{1,18}),"
              + "\"ttlMillis\":([0-9]{1,9}),\"held\":(true|false)}\\s*");
  private static final int LONGEST_OWNER = 512;
  private static final Duration UNKNOWN = Duration.ofMinutes(5);

  LeaseText {
    String clean = owner.replaceAll("[\\p{Cntrl}\"\\\\]", "?");
    owner = clean.substring(0, Math.min(LONGEST_OWNER, clean.length()));
  }

  LeaseText next(boolean stillHeld) {
    return new LeaseText(owner, id, generation + 1, ttl, stillHeld);
  }

  byte[] bytes() {
    String text =
        "{\"owner\":\""
            + owner
            + "\",\"id\":\""
            + id
            + "\",\"generation\":"
            + generation
            + ",\"ttlMillis\":"
            + ttl.toMillis()
            + ",\"held\":"
            + held
            + "}\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads it; what was written by something else is a lease of somebody unknown. */
  static LeaseText parse(byte[] bytes) {
    Matcher matcher = FORM.matcher(new String(bytes, StandardCharsets.UTF_8));
    if (!matcher.matches()) {
      return new LeaseText("somebody unknown", "", 0, UNKNOWN, true);
    }
    return new LeaseText(
        matcher.group(1),
        matcher.group(2),
        Long.parseLong(matcher.group(3)),
        Duration.ofMillis(Long.parseLong(matcher.group(4))),
        Boolean.parseBoolean(matcher.group(5)));
  }
}
