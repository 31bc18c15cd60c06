package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.BackupConfig;
import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.core.volume.VolumeOptions;
import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.OptionalSources;
import io.tradingengine.backup.spi.Providers;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceNames;
import java.util.ArrayList;
import java.util.List;

/** Opens what a configuration names. The caller closes what it gets. */
final class Components {
  private Components() {}

  static List<Participant> participants(BackupConfig config) {
    List<Participant> participants = new ArrayList<>();
    try {
      for (Settings settings : config.sources()) {
        participants.add(
            new Participant(
                source(settings),
                OptionalSources.includes(settings)
                    ? Participant.Need.OPTIONAL
                    : Participant.Need.REQUIRED));
      }
    } catch (RuntimeException e) {
      close(participants);
      throw e;
    }
    return participants;
  }

  static void close(List<Participant> participants) {
    participants.forEach(participant -> participant.source().close());
  }

  static Source source(Settings settings) {
    return Providers.source(settings.type())
        .orElseThrow(() -> noProvider(settings))
        .open(SourceNames.of(settings), settings);
  }

  static Destination destination(Settings settings) {
    return Providers.destination(settings.type())
        .orElseThrow(() -> noProvider(settings))
        .open(settings);
  }

  static Encryptor encryptor(BackupConfig config) {
    return Providers.encryptor(config.encryption().type())
        .orElseThrow(() -> noProvider(config.encryption()))
        .open(config.encryption(), config.decryption());
  }

  /**
   * What the configuration says, and for the rest what suits this machine.
   *
   * @param artifacts how many are written or read at once
   */
  static VolumeOptions volumeOptions(BackupConfig config, int artifacts) {
    Runtime runtime = Runtime.getRuntime();
    return VolumeOptions.from(
        config.compression(), runtime.maxMemory(), runtime.availableProcessors(), artifacts);
  }

  private static BackupException noProvider(Settings settings) {
    return new BackupException(
        settings.place() + ".type: there is no provider of '" + settings.type() + "'",
        "add the module that provides it to the application's dependencies",
        null);
  }
}
