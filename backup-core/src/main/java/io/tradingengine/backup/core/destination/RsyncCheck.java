package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Looks for what would stop a backup from going by rsync, and for what it cannot guarantee. */
final class RsyncCheck {
  /** What rrsync answers to every command that is not rsync. */
  private static final String HARMLESS_COMMAND = "exit 0";

  private final RsyncClient client;
  private final RsyncSettings settings;
  private final String name;

  RsyncCheck(RsyncClient client, RsyncSettings settings, String name) {
    this.client = client;
    this.settings = settings;
    this.name = name;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    try {
      probe();
      if (client.ssh().run(HARMLESS_COMMAND).succeeded()) {
        findings.add(
            Finding.info(
                name,
                "the account there may run any program; rrsync in its authorized_keys would"
                    + " restrict it to rsync below "
                    + settings.target().path()));
      }
      findings.add(
          Finding.info(
              name,
              "rsync has no atomic operation, so its lease is advisory: start runs from one host"));
      findings.add(Finding.info(name, "rsync cannot tell how much room is left there"));
    } catch (RsyncException e) {
      findings.add(Finding.error(name, e.problem(), e.hint()));
    } catch (IOException e) {
      findings.add(Finding.error(name, String.valueOf(e.getMessage()), ""));
    }
    return findings;
  }

  private void probe() throws IOException {
    String file = RsyncDestination.PROBE + UUID.randomUUID();
    RsyncLeaseStore store = new RsyncLeaseStore(client, settings);
    store.write(file, Content.of("probe\n".getBytes(StandardCharsets.UTF_8)));
    store.remove(List.of(file));
  }
}
