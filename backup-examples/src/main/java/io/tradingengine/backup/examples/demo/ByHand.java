package io.tradingengine.backup.examples.demo;

import io.tradingengine.backup.BackupMetadata;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** How the demo's backup is recovered without this software. */
final class ByHand {
  private ByHand() {}

  static void explain(PrintWriter out, DemoFolder folder, BackupMetadata backup)
      throws IOException, InterruptedException {
    Unprivileged unprivileged = Unprivileged.forOwnerOf(folder.root());
    String postgres = String.join(" ", unprivileged.command(List.of("pgsql/bin/postgres")));
    out.printf(
        """
          Everything is kept in %1$s; remove it when you are done. To look around:
            java -jar backup.jar -c %1$s/backup.yaml list
            java -jar backup.jar -c %1$s/backup.yaml show
            java -jar backup.jar -c %1$s/backup.yaml restore --into %1$s/again --force

          To recover both databases by hand, with gpg, zstd and tar alone (bash):
            cd %1$s
            export GNUPGHOME=$(mktemp -d)
            gpg --batch --pinentry-mode loopback --passphrase-file backup-passphrase --import backup-secret-key.asc
            open() { gpg --quiet --batch --pinentry-mode loopback --passphrase-file backup-passphrase -d "$1"; }
            set -o pipefail
            mkdir -m 700 by-hand
            (for v in repository/%2$s/postgres/base-*.tar.zst.gpg; do open "$v" || exit 1; done) | zstd -d | tar x --no-same-owner -C by-hand
            (for v in repository/%2$s/postgres/wal-*.tar.zst.gpg; do open "$v" || exit 1; done) | zstd -d | tar x --no-same-owner -C by-hand/pg_wal
            chmod -R go= by-hand && %3$s -D by-hand -p 54321 -k ''
            # and, in another terminal with the lines up to 'set -o pipefail':
            mkdir -m 700 redis-by-hand
            (for v in repository/%2$s/redis/dump-*.rdb.zst.gpg; do open "$v" || exit 1; done) | zstd -d > redis-by-hand/dump.rdb
            %4$s --port 54322 --dir redis-by-hand --appendonly no
          """,
        folder.root(), backup.backupId(), postgres, RedisBinary.of(folder.root()));
    out.flush();
  }
}
