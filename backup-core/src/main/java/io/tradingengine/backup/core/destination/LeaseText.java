package io.tradingengine.backup.core.destination;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a lease file says. Renewing changes one number and not the length, so that one write is
 * enough and a reader sees the old text or the new one.
 *
 * @param id random; tells whose the file is
 * @param holder for messages
 * @param host where the holder runs
 * @param process which process it is there
 * @param renewed how often it was renewed
 */
record LeaseText(String id, String holder, Host host, Host.ProcessId process, long renewed) {
  private static final int LONGEST_HOLDER = 500;
  private static final String UNKNOWN = "another run, whose lease cannot be read";

  LeaseText {
    String plain = holder.replaceAll("\\p{Cntrl}", "?");
    holder = plain.substring(0, Math.min(plain.length(), LONGEST_HOLDER));
  }

  LeaseText renewedOnceMore() {
    return new LeaseText(id, holder, host, process, renewed + 1);
  }

  byte[] print() {
    return String.join(
            "\n",
            "id=" + id,
            "holder=" + holder,
            "host=" + host.name(),
            "boot=" + host.boot(),
            "processes=" + host.processes(),
            "process=" + process.number(),
            "started=" + process.started(),
            String.format(Locale.ROOT, "renewed=%019d", renewed),
            "")
        .getBytes(UTF_8);
  }

  /** Parses what may be anything: a text that is not whole has no id, and nobody is seen in it. */
  static LeaseText parse(byte[] bytes) {
    Map<String, String> values = new HashMap<>();
    for (String line : new String(bytes, UTF_8).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.putIfAbsent(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    boolean whole = values.containsKey("renewed") && values.containsKey("started");
    if (!whole) {
      return new LeaseText("", UNKNOWN, new Host("", "", ""), new Host.ProcessId(0, ""), 0);
    }
    return new LeaseText(
        values.getOrDefault("id", ""),
        values.getOrDefault("holder", UNKNOWN),
        new Host(
            values.getOrDefault("host", ""),
            values.getOrDefault("boot", ""),
            values.getOrDefault("processes", "")),
        new Host.ProcessId(number(values.get("process")), values.getOrDefault("started", "")),
        number(values.get("renewed")));
  }

  private static long number(@Nullable String value) {
    try {
      return value == null ? 0 : Long.parseLong(value);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
