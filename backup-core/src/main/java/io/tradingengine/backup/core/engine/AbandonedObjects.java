package io.tradingengine.backup.core.engine;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.ObjectKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Removes objects of a backup that is at work, which it is not going to have. */
final class AbandonedObjects implements SourceCapture.Remover {
  private final FanOut fanOut;

  AbandonedObjects(FanOut fanOut) {
    this.fanOut = fanOut;
  }

  @Override
  public List<Finding> remove(List<ObjectKey> keys) {
    fanOut.forget(new HashSet<>(keys));
    List<Finding> findings = new ArrayList<>();
    for (Lane lane : fanOut.lanes()) {
      if (lane.failure().isEmpty()) {
        remove(lane.target(), keys, findings);
      }
    }
    return findings;
  }

  private static void remove(Target target, List<ObjectKey> keys, List<Finding> findings) {
    List<ObjectKey> left = new ArrayList<>();
    String reason = "";
    for (ObjectKey key : keys) {
      try {
        target.destination().delete(key);
      } catch (IOException e) {
        left.add(key);
        reason = Messages.of(e);
      }
    }
    if (!left.isEmpty()) {
      findings.add(
          Finding.warning(
              target.name(),
              "still holds objects that belong to no backup, "
                  + Messages.some(left)
                  + ": "
                  + reason,
              "they take up space and nothing reads them; remove them by hand"));
    }
  }
}
