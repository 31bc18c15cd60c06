package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.core.support.Oracles;
import java.nio.file.Path;

/** The contract, on an account that rrsync restricts to rsync below one folder. */
class RestrictedRsyncDestinationIT extends RsyncDestinationIT {

  @Override
  protected String restriction(Path root) {
    Oracles.require("python3");
    String rrsync = Oracles.require("rrsync") + " -no-lock " + root;
    return "command=\"" + rrsync + "\",restrict";
  }

  @Override
  protected String targetPath(Path root) {
    return "/";
  }
}
