package io.tradingengine.backup.core.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.regex.Pattern;

/** The file {@code backup_label}, which tells a server where its recovery begins. */
final class BackupLabel {
  static final String NAME = "backup_label";

  /** A server refuses to start with these: they say that its files are not whole. */
  private static final Pattern INCREMENTAL =
      Pattern.compile(
          "^INCREMENTAL FROM (?:LSN|TLI): [^\\n]*\\n", Pattern.MULTILINE | Pattern.UNIX_LINES);

  private BackupLabel() {}

  /** The label of a backup once it was put together with those that it builds on. */
  static byte[] ofWhole(byte[] label) {
    return INCREMENTAL.matcher(new String(label, UTF_8)).replaceAll("").getBytes(UTF_8);
  }
}
