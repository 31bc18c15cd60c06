package io.tradingengine.backup.core.redis;

import io.tradingengine.backup.Finding;
import io.tradingengine.backup.Finding.Severity;
import io.tradingengine.backup.spi.RestorePreview;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a restore does, and what stands in its way. Decided without changing anything; immutable.
 *
 * @param state what the manifest says
 * @param way how the data is brought back
 * @param replayed the commands that are applied on top; empty for the snapshot as it is
 * @param bytes the length of all artifacts, and of the commands
 * @param findings obstacles (errors) and what is worth knowing
 */
record RestoreScheme(
    RedisState state, Way way, Optional<Replayed> replayed, long bytes, List<Finding> findings) {

  /** How data is brought back. */
  sealed interface Way {
    /**
     * The target becomes a replica of this process for a while.
     *
     * @param target a server that is in no cluster
     */
    record Online(RestoreTarget target) implements Way {}

    /**
     * Key by key.
     *
     * @param targets one server, or all masters of a cluster
     */
    record Commands(List<RestoreTarget> targets) implements Way {
      public Commands {
        targets = List.copyOf(targets);
      }
    }

    /**
     * Files, for a server that does not run.
     *
     * @param folders one for each part of the backup, in that order
     */
    record Offline(List<Path> folders) implements Way {
      public Offline {
        folders = List.copyOf(folders);
      }
    }

    /** None: the findings say why. */
    record Blocked() implements Way {}
  }

  RestoreScheme {
    findings = List.copyOf(findings);
  }

  List<Finding> obstacles() {
    return findings.stream().filter(finding -> finding.severity() == Severity.ERROR).toList();
  }

  /** What is worth knowing after the restore, too. */
  List<Finding> remarks() {
    return findings.stream().filter(finding -> finding.severity() != Severity.ERROR).toList();
  }

  RestorePreview preview() {
    List<Path> targets = way instanceof Way.Offline offline ? offline.folders() : List.of();
    return new RestorePreview(targets, bytes, findings);
  }
}
