package io.tradingengine.backup.core.files;

import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.Settings;
import io.tradingengine.backup.spi.SettingsKey;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.SourceProvider;
import java.time.Clock;
import java.util.List;

/**
 * An application's own state as a source: what its callbacks write and take in, as one stream.
 *
 * <p>Only a program can hand in callbacks. A configuration file can name such a source all the
 * same: that is enough to restore its state to a file.
 */
public final class StateSourceProvider implements SourceProvider {
  private static final SettingsKey<State.Capture> CAPTURE =
      SettingsKey.object("capture", State.Capture.class)
          .doc("The callback that writes the state; a backup needs it");
  private static final SettingsKey<State.Restore> RESTORE =
      SettingsKey.object("restore", State.Restore.class)
          .doc("The callback that takes the state in; without it, a restore writes a file");

  @Override
  public String type() {
    return StateSource.TYPE;
  }

  @Override
  public List<SettingsKey<?>> keys() {
    return List.of(CAPTURE, RESTORE);
  }

  @Override
  public Source open(String name, Settings settings) {
    return new StateSource(name, settings.find(CAPTURE), settings.find(RESTORE), Clock.systemUTC());
  }
}
