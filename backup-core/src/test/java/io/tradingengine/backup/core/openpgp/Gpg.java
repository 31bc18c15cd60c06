package io.tradingengine.backup.core.openpgp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.core.support.Oracles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The real gpg with a home of its own, short because its sockets are in it. */
final class Gpg implements AutoCloseable {
  private final Path home;

  Gpg() throws IOException {
    Oracles.require("gpg");
    home = Files.createTempDirectory("gpg");
  }

  Path home() {
    return home;
  }

  Oracles.Result run(String... arguments) {
    return command(arguments).run().orFail();
  }

  Oracles.Command command(String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of("gpg", "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"));
    words.addAll(List.of("--trust-model", "always", "--status-fd", "2"));
    words.addAll(List.of(arguments));
    return Oracles.command(words).environment("GNUPGHOME", home.toString());
  }

  /** Imports a secret key of ours. */
  void importSecret(TestKeys keys) {
    run("--passphrase", TestKeys.PASSPHRASE, "--import", keys.secretKey().toString());
  }

  /**
   * Makes a key.
   *
   * @param usage {@code cert}, {@code sign} or {@code default} (sign, with a subkey to encrypt)
   * @param when {@code 20200101T000000} and the like, or {@code now}
   * @return its fingerprint
   */
  String newKey(String userId, String usage, String expiry, String when) {
    List<String> words = new ArrayList<>(at(when));
    words.addAll(List.of("--passphrase", "", "--quick-gen-key", userId));
    words.add(usage.equals("default") ? "future-default" : "ed25519");
    words.addAll(List.of(usage, expiry));
    return fingerprint(run(words.toArray(String[]::new)));
  }

  void newSubkey(String fingerprint, String algorithm, String usage, String when) {
    List<String> words = new ArrayList<>(at(when));
    words.addAll(List.of("--passphrase", "", "--quick-add-key", fingerprint));
    words.addAll(List.of(algorithm, usage, "never"));
    run(words.toArray(String[]::new));
  }

  static List<String> at(String when) {
    return when.equals("now") ? List.of() : List.of("--faked-system-time", when);
  }

  /** Answers gpg's questions about a key, line by line. */
  void edit(String fingerprint, String... answers) throws IOException {
    Path lines = Files.writeString(home.resolve("answers"), String.join("\n", answers) + "\n");
    Oracles.command("gpg", "--no-tty", "--yes", "--command-fd", "0", "--edit-key", fingerprint)
        .environment("GNUPGHOME", home.toString())
        .from(lines)
        .run()
        .orFail();
  }

  /** Applies the revocation certificate that gpg made along with the key. */
  void revoke(String fingerprint) throws IOException {
    Path made = home.resolve("openpgp-revocs.d").resolve(fingerprint + ".rev");
    Path applied = home.resolve("revocation.asc");
    // gpg puts a colon before the armor, so that nobody revokes by accident.
    Files.writeString(applied, Files.readString(made, UTF_8).replace(":-----BEGIN", "-----BEGIN"));
    run("--import", applied.toString());
  }

  Path export(String fingerprint, String file) {
    return write(file, "--armor", "--export", fingerprint);
  }

  Path exportSecret(String fingerprint, String file) {
    return write(file, "--armor", "--passphrase", "", "--export-secret-keys", fingerprint);
  }

  /** Runs gpg and keeps what it writes. */
  Path write(String file, String... arguments) {
    Path target = home.resolve(file);
    command(arguments).to(target).run().orFail();
    return target;
  }

  private static String fingerprint(Oracles.Result result) {
    return result
        .stderr()
        .lines()
        .filter(line -> line.contains("KEY_CREATED"))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(result.stderr()));
  }

  @Override
  public void close() throws IOException {
    Oracles.command("gpgconf", "--kill", "all").environment("GNUPGHOME", home.toString()).run();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
