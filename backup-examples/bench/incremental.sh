#!/usr/bin/env bash
# Measures incremental backups of a table of SIZE_GB gigabytes of which 1 % of the rows, one after the
# other, change between two backups; in one run against full backups, and against
#   pg_basebackup -Ft to /dev/null.
# And the restore of a full backup with six incremental ones against that of the full one alone.
#
#   backup-examples/bench/incremental.sh WAY [SIZE_GB] [ROUNDS]        WAY: server or page-lsn (default 2 3)
#
# The way 'server' needs a PostgreSQL 17 or newer: PGSERVER names the folder of its initdb and pg_ctl.
# The clients are those of PGBIN (PostgreSQL 15 on Debian), of which pg_basebackup is no newer than the
# server in the way 'page-lsn' only: else the baseline is not measured.
# Needs, on Debian: postgresql-15 zstd gnupg python3, and backup.jar (mvn -DskipTests package).
set -euo pipefail

way=${1:?server or page-lsn}
size_gb=${2:-2}
rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
jar=${BACKUP_JAR:-$here/../target/backup.jar}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
pgbin=${PGBIN:-/usr/lib/postgresql/15/bin}
pgserver=${PGSERVER:-$pgbin}
need "apt-get install postgresql-15 zstd gnupg python3" \
  "$pgserver/initdb" "$pgbin/psql" "$pgbin/pg_basebackup" zstd gpg python3 "$java" "$jar"

begin_bench
export GNUPGHOME=$dir/gpg
finish() {
  stop_server "$pgserver"
  [ -d "$GNUPGHOME" ] && as gpgconf --homedir "$GNUPGHOME" --kill all 2>/dev/null || true
  rm -rf "$dir"
}
trap finish EXIT

psql() { as "$pgbin/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$@"; }

as mkdir -m 700 "$GNUPGHOME" "$dir/tmp"
init_server "$pgserver" --locale=C
cat >> "$data/postgresql.conf" <<CONF
shared_buffers = 512MB
max_wal_size = 4GB
autovacuum = off
CONF
[ "$way" = server ] && echo "summarize_wal = on" >> "$data/postgresql.conf"
as "$pgserver/pg_ctl" -D "$data" -s -w -l "$dir/server.log" start

rows=$((size_gb * 5900000))
psql -c "CREATE TABLE ledger (id bigint PRIMARY KEY, account bigint, amount numeric(18,4), note text) WITH (fillfactor = 95)" \
  -c "INSERT INTO ledger SELECT i, hashint8(i), hashint8(i + 1) / 1000.0, md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text) FROM generate_series(1, $rows) AS i" \
  -c "VACUUM ANALYZE ledger" -c CHECKPOINT
echo "database: $(psql -At -c "SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database"), way $way"

as env BACKUP_PASSPHRASE=bench "$java" -jar "$jar" init --generate-key 'Bench <bench@example.com>' "$dir/ours" >/dev/null
cat > "$dir/ours/bench.yaml" <<YAML
name: bench
sources:
  - {type: postgres, host: 127.0.0.1, port: $port, user: postgres, password: "\${PGPASSWORD}"}
encryption: {type: openpgp, recipients: [backup-public-key.asc]}
decryption: {type: openpgp, secret-key: backup-secret-key.asc, passphrase: "\${BACKUP_PASSPHRASE}"}
destinations:
  - {type: local, path: $dir/ours/repository}
YAML
[ "$(id -u)" = 0 ] && chown postgres "$dir/ours/bench.yaml"

# 1 % of the rows, elsewhere each time.
cat > "$dir/change.sh" <<CHANGE
set -e
n=\$(cat $dir/tmp/n 2>/dev/null || echo 0)
echo \$((n + 1)) > $dir/tmp/n
from=\$((n % 100 * $rows / 100))
$pgbin/psql -X -q -h 127.0.0.1 -p $port -U postgres -c "UPDATE ledger SET amount = amount + 1 WHERE id > \$from AND id <= \$from + $rows / 100"
sync -f $dir
CHANGE
baseline="$pgbin/pg_basebackup -h 127.0.0.1 -p $port -U postgres -Ft -X none -c fast -D - > /dev/null"
[ "$way" = server ] && baseline=true

as env BACKUP_PASSPHRASE=bench PGPASSWORD=bench "$java" ${BENCH_JAVA_OPTS:-} -cp "$jar" "$here/WarmIncrementals.java" \
  "$dir/ours/bench.yaml" "$rounds" "bash $dir/change.sh" "$baseline" "$dir/restored" | tee "$dir/results"

# What the changed blocks of the last backup take up by themselves, compressed in the same way.
last=$(awk '/^last/ { print $2 }' "$dir/results")
as gpg --batch -q --pinentry-mode loopback --passphrase bench --import "$dir/ours/backup-secret-key.asc"
(set -o pipefail; for v in "$dir/ours/repository/$last"/postgres/base-*.tar.zst.gpg; do
  as gpg --batch -q --pinentry-mode loopback --passphrase bench -d "$v" || exit 1; done) | zstd -q -d > "$dir/base.tar"
blocks=$(python3 - "$dir/base.tar" <<'PYTHON' | zstd -q -1 | wc -c
import struct, sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    for member in tar:
        if member.name.rsplit("/", 1)[-1].startswith("INCREMENTAL."):
            data = tar.extractfile(member).read()
            count = struct.unpack_from("<I", data, 4)[0]
            sys.stdout.buffer.write(data[len(data) - 8192 * count:])
PYTHON
)
awk -v blocks="$blocks" "$median_awk"'
  { s[$1] = s[$1] " " $2; b[$1] = $3 }
  END {
    printf "\nincremental: %.2f s, full: %.2f s, ratio %.2f\n", median(s["incremental"]), median(s["full"]), median(s["incremental"]) / median(s["full"])
    if (median(s["baseline"]) > 0.1)
      printf "pg_basebackup -Ft to null: %.2f s, incremental is %.2f times that, full %.2f times\n", median(s["baseline"]), median(s["incremental"]) / median(s["baseline"]), median(s["full"]) / median(s["baseline"])
    printf "incremental: %d bytes, its changed blocks alone: %d, ratio %.2f; full: %d bytes\n", b["incremental"], blocks, b["incremental"] / blocks, b["full"]
    printf "restore of full + 6: %.2f s, of the full: %.2f s, ratio %.2f\n", median(s["restore-chain"]), median(s["restore-full"]), median(s["restore-chain"]) / median(s["restore-full"])
  }' "$dir/results"
