package io.tradingengine.backup.core.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tradingengine.backup.State;
import io.tradingengine.backup.spi.Captured;
import io.tradingengine.backup.spi.RestoreTask;
import io.tradingengine.backup.spi.Source;
import io.tradingengine.backup.spi.contract.SourceContract;
import java.io.IOException;
import java.io.OutputStream;

/** State that goes back to the application it came from. */
class StateSourceTest extends SourceContract {
  private String positions = "EURUSD 100\n".repeat(30_000);

  @Override
  protected Source open() {
    State state =
        State.named("positions")
            .capture(this::write)
            .restore(in -> positions = new String(in.readAllBytes(), UTF_8));
    return new StateSourceProvider().open("positions", state.settings());
  }

  private void write(OutputStream out) throws IOException, InterruptedException {
    for (String line : positions.split("(?<=\n)", -1)) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      out.write(line.getBytes(UTF_8));
    }
  }

  @Override
  protected Object data() {
    return positions;
  }

  @Override
  protected void change() {
    positions += "GBPUSD 5\n";
  }

  @Override
  protected RestoreTask task(Captured captured) {
    return Trees.inPlace(captured);
  }
}
