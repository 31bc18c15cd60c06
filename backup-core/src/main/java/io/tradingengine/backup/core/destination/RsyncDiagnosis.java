package io.tradingengine.backup.core.destination;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Says what the complaints of ssh, rsync and rrsync mean, and what to do. Errors of the operating
 * system there are known by their numbers, which rsync prints in every language.
 */
final class RsyncDiagnosis {
  private record Rule(Pattern complaint, String problem, String hint) {
    Rule(String complaint, String problem, String hint) {
      this(Pattern.compile(complaint, Pattern.MULTILINE), problem, hint);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "REMOTE HOST IDENTIFICATION HAS CHANGED",
              "its host key is not the pinned one",
              "if the host was set up anew, check its key out of band and put it into known-hosts;"
                  + " if not, somebody stands in between"),
          new Rule(
              "Host key verification failed|No \\S+ host key is known",
              "no host key is pinned for it",
              "put its key, checked out of band, into known-hosts: ssh-keyscan -p %port% %host%"),
          new Rule(
              "UNPROTECTED PRIVATE KEY FILE|bad permissions",
              "ssh does not use a private key that others may read",
              "chmod 600 the ssh-key"),
          new Rule(
              "Permission denied \\(",
              "the host refused the key",
              "add the public key to authorized_keys of '%user%' there; it must have no passphrase"),
          new Rule(
              "Could not resolve hostname",
              "the host's name is not known",
              "check the target and the name service"),
          new Rule(
              "Connection refused|timed out|No route to host|Network is unreachable|Host is down",
              "the host cannot be reached at port %port%",
              "is it up, does its sshd run, and does a firewall let this host in?"),
          new Rule(
              "Another instance of rrsync",
              "rrsync there lets in one run at a time, and another did not end",
              "add -no-lock to rrsync in authorized_keys there"),
          new Rule(
              "option --?\\S+ has been disabled|read-only server|write-only server",
              "rrsync there does not allow what is needed",
              "use rrsync without -ro, -wo, -no-del and -no-overwrite"),
          new Rule(
              "rrsync error: (invalid|SSH_ORIGINAL)|unknown option|--fsync|--mkpath",
              "rsync there is too old",
              "install rsync 3.2.4 or newer there, and the rrsync that comes with it"),
          new Rule(
              "rrsync error: Restricted directory does not exist",
              "the folder that rrsync is restricted to is not there",
              "make it, or mount its disk there"),
          new Rule(
              "command not found|not found \\(code 127\\)|\\(code 127\\)|rsync: not found",
              "there is no rsync over there",
              "on Debian, apt-get install rsync there"),
          new Rule(
              "is your shell clean|protocol version mismatch",
              "the login shell there prints something of its own",
              "let it print nothing when it is not interactive"),
          new Rule(
              "\\((?:28|122)\\)$",
              "the disk there is full",
              "free some space there, or let retention expire more"),
          new Rule(
              "\\((?:13|1)\\)$",
              "permission denied there",
              "give the folder to '%user%' there, with rights to read, write and enter it"),
          new Rule("\\(30\\)$", "the file system there is read-only", "mount it there for writing"),
          new Rule(
              "timeout in data|timeout waiting|Timeout, server",
              "nothing came from the host for %timeout%",
              "try again; raise 'timeout' for a slow host"),
          new Rule(
              "connection unexpectedly closed|Connection (?:closed|reset)|Broken pipe"
                  + "|error in rsync protocol|kex_exchange",
              "the connection was lost",
              "try again; what was transferred of an object is not transferred again"));

  private static final Pattern LOCAL_DISK_FULL =
      Pattern.compile("(?i)\\[receiver].*\\((?:28|122)\\)$", Pattern.MULTILINE);

  /** What rsync exits with when a file cannot be read or written. */
  private static final int FILE_IO = 11;

  private RsyncDiagnosis() {}

  /**
   * The failure that a run means.
   *
   * @param what what was done to the target, such as {@code put x into}
   */
  static RsyncException failure(RsyncSettings settings, String what, RsyncResult result) {
    String prefix = "Cannot " + what + " rsync:" + settings.target() + ": ";
    String said = said(result);
    for (Rule rule : RULES) {
      if (rule.complaint().matcher(result.stderr()).find()) {
        return new RsyncException(
            prefix + fill(rule.problem(), settings) + said, fill(rule.hint(), settings), null);
      }
    }
    String hint =
        result.exitCode() == FILE_IO ? "is the disk there full, or does it have errors?" : "";
    return new RsyncException(prefix + "exit code " + result.exitCode() + said, hint, null);
  }

  /** The same for a run that writes here, whose full disk is this host's. */
  static RsyncException fetchFailure(RsyncSettings settings, String what, RsyncResult result) {
    if (LOCAL_DISK_FULL.matcher(result.stderr()).find()) {
      return new RsyncException(
          "Cannot "
              + what
              + " rsync:"
              + settings.target()
              + ": the disk of the staging folder "
              + settings.staging()
              + " is full",
          "free some space there, or give another folder as 'staging'",
          null);
    }
    return failure(settings, what, result);
  }

  /** The failure to start a program of this host; interruptions and the rest as they are. */
  static IOException missingProgram(String program, String debianPackage, IOException e) {
    if (e instanceof InterruptedIOException
        || e.getMessage() == null
        || !e.getMessage().startsWith("Cannot run program")) {
      return e;
    }
    return new RsyncException(
        "Cannot run '" + program + "' on this host",
        "on Debian, apt-get install " + debianPackage,
        e);
  }

  private static String fill(String text, RsyncSettings settings) {
    return text.replace("%port%", String.valueOf(settings.port()))
        .replace("%host%", settings.target().host())
        .replace("%user%", settings.target().user())
        .replace("%timeout%", settings.timeoutSeconds() + " s");
  }

  private static String said(RsyncResult result) {
    String text =
        result
            .stderr()
            .lines()
            .map(line -> line.replaceAll("\\p{Cntrl}", "?").trim())
            .filter(line -> line.chars().anyMatch(Character::isLetter))
            .limit(3)
            .reduce((one, other) -> one + "; " + other)
            .orElse("");
    return text.isEmpty() ? "" : " (" + text + ")";
  }
}
