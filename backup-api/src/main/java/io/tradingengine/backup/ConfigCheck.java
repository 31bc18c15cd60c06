package io.tradingengine.backup;

import io.tradingengine.backup.spi.DestinationOptions;
import io.tradingengine.backup.spi.OptionalSources;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import io.tradingengine.backup.spi.SourceNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds everything that is wrong with a configuration, without connecting to anything. */
final class ConfigCheck {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final List<String> problems = new ArrayList<>();

  ConfigCheck(
      String name,
      List<Settings> sources,
      List<Settings> destinations,
      @Nullable Settings encryption,
      @Nullable Settings decryption) {
    if (!NAME.matcher(name).matches()) {
      problems.add("name: is '" + name + "', expected letters, digits, '.', '_' and '-'");
    }
    checkSources(sources);
    checkDestinations(destinations);
    checkEncryption(encryption, decryption);
  }

  List<String> problems() {
    return problems;
  }

  private void checkSources(List<Settings> sources) {
    if (sources.isEmpty()) {
      problems.add("sources: there are none, expected at least one");
    }
    Set<String> names = new HashSet<>();
    for (Settings source : sources) {
      Providers.source(source.type())
          .ifPresentOrElse(
              provider ->
                  validate(
                      source,
                      joined(provider.keys(), List.of(SourceNames.KEY, OptionalSources.KEY))),
              () -> unknown(source, "source", Providers.sourceTypes()));
      String name = SourceNames.of(source);
      if (!SourceNames.isValid(name)) {
        problems.add(
            source.place()
                + ".name: is '"
                + name
                + "', expected lower-case letters, digits and dashes");
      } else if (!names.add(name)) {
        problems.add(
            source.place()
                + ".name: '"
                + name
                + "' is taken by another source, give this one its own");
      }
    }
  }

  private void checkDestinations(List<Settings> destinations) {
    if (destinations.isEmpty()) {
      problems.add("destinations: there are none, expected at least one");
    }
    Set<String> names = new HashSet<>();
    for (Settings destination : destinations) {
      Providers.destination(destination.type())
          .ifPresentOrElse(
              provider -> {
                validate(destination, joined(provider.keys(), DestinationOptions.keys()));
                checkRetention(destination);
              },
              () -> unknown(destination, "destination", Providers.destinationTypes()));
      destination
          .find(DestinationOptions.NAME)
          .filter(name -> !names.add(name))
          .ifPresent(
              name ->
                  problems.add(
                      destination.place()
                          + ".name: '"
                          + name
                          + "' is taken by another destination, give this one its own"));
    }
  }

  private void checkRetention(Settings destination) {
    try {
      destination
          .find(DestinationOptions.RETENTION)
          .ifPresent(retention -> problems.addAll(retention.validate()));
    } catch (InvalidConfigException e) {
      // Its form is wrong, which the check of all keys has reported.
    }
  }

  private void checkEncryption(@Nullable Settings encryption, @Nullable Settings decryption) {
    if (encryption == null) {
      problems.add(
          "encryption: is missing; expected recipients, or type none to store backups in plain");
      return;
    }
    Providers.encryptor(encryption.type())
        .ifPresentOrElse(
            provider -> {
              validate(encryption, provider.keys());
              if (decryption != null) {
                validate(decryption, provider.decryptionKeys());
              }
            },
            () -> unknown(encryption, "encryption", Providers.encryptorTypes()));
    if (decryption != null && !decryption.type().equals(encryption.type())) {
      problems.add(
          "decryption.type: is '"
              + decryption.type()
              + "', but encryption is "
              + encryption.type());
    }
  }

  private void validate(Settings settings, List<SettingsKey<?>> keys) {
    problems.addAll(settings.validate(keys));
  }

  private static List<SettingsKey<?>> joined(
      List<SettingsKey<?>> own, List<SettingsKey<?>> common) {
    List<SettingsKey<?>> all = new ArrayList<>(own);
    all.addAll(common);
    return all;
  }

  private void unknown(Settings settings, String what, List<String> known) {
    problems.add(
        settings.place()
            + ".type: no "
            + what
            + " of type '"
            + settings.type()
            + "'; "
            + (known.isEmpty()
                ? "is io.tradingengine:backup-core on the class path?"
                : "known are " + String.join(", ", known)));
  }
}
