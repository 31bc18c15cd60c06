package io.tradingengine.backup.examples.cli;

import io.tradingengine.backup.OpenPgp;
import io.tradingengine.backup.OpenPgp.KeyAlgorithm;
import io.tradingengine.backup.OpenPgp.KeyPairRequest;
import io.tradingengine.backup.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Writes a configuration to begin with and, if asked to, a key pair. Never overwrites anything. */
@Command(
    name = "init",
    description = {
      "Writes a commented configuration to begin with, and a key pair if asked to.",
      "Never overwrites a file. The secret key's passphrase is taken from the environment variable "
          + InitCommand.PASSPHRASE
          + ", or asked for on a terminal."
    })
final class InitCommand implements Callable<Integer> {
  static final String PASSPHRASE = "BACKUP_PASSPHRASE";
  private static final String CONFIG_FILE = "backup.yaml";
  private static final String PUBLIC_KEY = "backup-public-key.asc";
  private static final String SECRET_KEY = "backup-secret-key.asc";

  private final BackupCommand root;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "The folder to write " + CONFIG_FILE + " to; by default, what -c says.")
  private Optional<Path> folder = Optional.empty();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The system's name (default: ${DEFAULT-VALUE}).")
  private String name = "trading-engine";

  @Option(
      names = "--generate-key",
      paramLabel = "USERID",
      description =
          "Make an OpenPGP key pair for this user id, such as 'Backup <backup@trading-engine.local>'.")
  private Optional<String> userId = Optional.empty();

  @Option(
      names = "--algorithm",
      paramLabel = "ALGORITHM",
      defaultValue = "rsa-4096",
      converter = AlgorithmConverter.class,
      description = "The keys' kind: rsa-4096 or curve-25519 (default: ${DEFAULT-VALUE}).")
  private KeyAlgorithm algorithm = KeyAlgorithm.RSA_4096;

  InitCommand(BackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    Path config = folder.map(each -> each.resolve(CONFIG_FILE)).orElseGet(root::configFile);
    boolean there = Files.exists(config);
    if (there && userId.isEmpty()) {
      throw new FileAlreadyExistsException(config.toString());
    }
    String sample = SampleConfig.named(name);
    Path directory = config.toAbsolutePath().normalize().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    if (userId.isPresent()) {
      generateKeys(userId.get(), config);
    }
    PrintWriter out = root.io().out();
    if (there) {
      out.println(config + " was there already, and was left as it is.");
    } else {
      SampleConfig.write(sample, config);
      out.println("Wrote " + config + " (mode 0600).");
    }
    nextSteps(config);
    return ExitCode.DONE.code();
  }

  private void generateKeys(String user, Path config) throws IOException {
    Path publicKey = config.resolveSibling(PUBLIC_KEY);
    Path secretKey = config.resolveSibling(SECRET_KEY);
    OpenPgp.generateKeyPair(
        new KeyPairRequest(user, algorithm, passphrase(), publicKey, secretKey));
    root.io().out().println("Wrote " + publicKey + ", the key that backups are encrypted to.");
    root.io().out().println("Wrote " + secretKey + " (mode 0600), the key that restores need.");
  }

  private Secret passphrase() {
    String given = root.io().environment().apply(PASSPHRASE);
    if (given != null && !given.isEmpty()) {
      return Secret.of(given);
    }
    Terminal terminal = root.io().terminal();
    String typed = terminal.askSecret("Passphrase for the secret key: ").orElse("");
    if (typed.isEmpty()) {
      throw new WrongUseException(
          "There is no passphrase for the secret key",
          "export " + PASSPHRASE + "=..., or run it on a terminal and type one");
    }
    if (!terminal.askSecret("The same again: ").equals(Optional.of(typed))) {
      throw new WrongUseException("The two passphrases differ", "try again");
    }
    return Secret.of(typed);
  }

  private void nextSteps(Path config) {
    PrintWriter out = root.io().out();
    String shown = config.toString();
    out.println();
    out.println("Next:");
    out.println("  - edit " + shown + ": where your data is, and where backups go");
    out.println(
        "  - export POSTGRES_PASSWORD=... REDIS_PASSWORD=..., or refer to files:"
            + " ${file:/run/secrets/name}");
    if (userId.isPresent()) {
      out.println(
          "  - move "
              + config.resolveSibling(SECRET_KEY)
              + " and its passphrase to a safe place away from this host,");
      out.println("    in two copies: without them no backup can ever be restored");
    } else {
      out.println(
          "  - put the public key that backups are encrypted to next to it, as "
              + PUBLIC_KEY
              + " (gpg --armor --export),");
      out.println("    or make a key pair with: backup.jar init --generate-key USERID");
    }
    out.println("  - backup.jar -c " + shown + " check");
    out.println("  - backup.jar -c " + shown + " full");
  }

  /** Reads {@code rsa-4096} and the like. */
  static final class AlgorithmConverter implements ITypeConverter<KeyAlgorithm> {
    @Override
    public KeyAlgorithm convert(String text) {
      for (KeyAlgorithm each : KeyAlgorithm.values()) {
        if (each.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
          return each;
        }
      }
      throw new TypeConversionException(
          "'" + text + "' is no kind of key, expected rsa-4096 or curve-25519");
    }
  }
}
