#!/usr/bin/env bash
# Compares, in one run on one generated trading database, this library's full backup and restore with
#   pg_basebackup -Ft | zstd -1 -T2 | gpg      and      pgBackRest (zst 1, process-max 2, aes-256-cbc).
#
#   backup-examples/bench/run.sh [SIZE_GB] [ROUNDS]           (default 2 3; takes about ROUNDS minutes)
#
# BENCH_TOOLS="ours" measures only this library (of: rest ours pipe); BENCH_JAVA_OPTS are options for its JVM.
#
# Needs, on Debian: postgresql-15 pgbackrest zstd gnupg time, and backup.jar (mvn -DskipTests package).
# Run it as root (servers run as the user postgres) or as any user who is not.
# Everything stands in a temporary folder ($BENCH_DIR, or below /var/tmp), which is removed at the end.
set -euo pipefail

size_gb=${1:-2}
rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
jar=${BACKUP_JAR:-$here/../target/backup.jar}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
pgbin=${PGBIN:-/usr/lib/postgresql/15/bin}
java_opts=${BENCH_JAVA_OPTS:-}
tools=${BENCH_TOOLS:-rest ours pipe}

need "apt-get install postgresql-15 pgbackrest zstd gnupg time" \
  "$pgbin/initdb" "$pgbin/pg_basebackup" pgbackrest zstd gpg /usr/bin/time "$java" "$jar"

begin_bench
export GNUPGHOME=$dir/gpg
finish() {
  stop_server "$pgbin"
  [ -d "$GNUPGHOME" ] && as gpgconf --homedir "$GNUPGHOME" --kill all 2>/dev/null || true
  rm -rf "$dir"
}
trap finish EXIT

psql() { as "$pgbin/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$@"; }

prepare_server() {
  as mkdir -m 700 "$GNUPGHOME" "$dir/tmp"
  init_server "$pgbin"
  cat >> "$data/postgresql.conf" <<CONF
shared_buffers = 512MB
max_wal_size = 4GB
wal_level = replica
autovacuum = off
archive_mode = on
archive_command = '/bin/true'
CONF
  as "$pgbin/pg_ctl" -D "$data" -s -w -l "$dir/server.log" start
}

fill() { # about 1 GB for 5,600,000 trades with their indexes
  local trades=$((size_gb * 5600000))
  psql -d postgres -c "CREATE DATABASE trading_engine" 
  psql -d trading_engine -v trades="$trades" -f "$here/trading.sql"
  psql -d trading_engine -c "CHECKPOINT"
}

prepare_tools() {
  as mkdir -p "$dir/ours" "$dir/pipe" "$dir/rest" "$dir/restlog"
  as env BACKUP_PASSPHRASE=bench "$java" -jar "$jar" init --generate-key 'Bench <bench@example.com>' "$dir/ours" >/dev/null
  as gpg --batch -q --import "$dir/ours/backup-public-key.asc"
  as gpg --batch -q --pinentry-mode loopback --passphrase bench --import "$dir/ours/backup-secret-key.asc"
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
  cat > "$dir/pgbackrest.conf" <<CONF
[global]
repo1-path=$dir/rest/repo
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=bench
compress-type=zst
compress-level=1
process-max=2
start-fast=y
archive-check=n
log-path=$dir/restlog
lock-path=$dir/rest/lock
log-level-console=warn
[bench]
pg1-path=$data
pg1-port=$port
pg1-socket-path=$dir/tmp
pg1-user=postgres
CONF
  chmod 644 "$dir/pgbackrest.conf"
  as pgbackrest --config="$dir/pgbackrest.conf" --stanza=bench stanza-create
}

# The work of each tool. Each runs as one command, so that it can be timed as one.
ours_backup()    { echo "rm -rf $dir/ours/repository; exec $java $java_opts -jar $jar -c $dir/ours/bench.yaml full"; }
ours_restore()   { echo "exec $java $java_opts -jar $jar -c $dir/ours/bench.yaml restore latest --into $dir/restored --force"; }
pipe_backup()    { echo "set -o pipefail; $pgbin/pg_basebackup -h 127.0.0.1 -p $port -U postgres -Ft -X fetch -c fast -D - | zstd -q -1 -T2 | gpg --batch --trust-model always --compress-algo none -r bench@example.com -e > $dir/pipe/backup.tar.zst.gpg && sync -f $dir/pipe/backup.tar.zst.gpg"; }
pipe_restore()   { echo "set -o pipefail; mkdir -m 700 $dir/restored && gpg --batch -q --pinentry-mode loopback --passphrase bench -d $dir/pipe/backup.tar.zst.gpg | zstd -q -d | tar x -C $dir/restored && sync -f $dir/restored"; }
rest_backup()    { echo "exec pgbackrest --config=$dir/pgbackrest.conf --stanza=bench --type=full --repo1-retention-full=1 backup"; }
rest_restore()   { echo "mkdir -m 700 $dir/restored && exec pgbackrest --config=$dir/pgbackrest.conf --stanza=bench --pg1-path=$dir/restored --type=immediate restore"; }

measure() { # tool verb -> a line: tool verb wall machine-cpu peak-kb bytes
  local tool=$1 verb=$2 command before after
  command=$("${tool}_$verb")
  [ "$verb" = restore ] && as rm -rf "$dir/restored"
  [ "$verb" = backup ] && [ "$tool" = ours ] && as rm -rf "$dir/ours/repository"
  [ "$verb" = backup ] && as rm -f "$dir/pipe/backup.tar.zst.gpg.old"
  sync -f "$dir"
  before=$(cpu_ticks)
  as /usr/bin/time -f '%e %M' -o "$dir/tmp/time" bash -c "$command" >"$dir/tmp/out" 2>&1 \
    || { echo "bench: $tool $verb failed:" >&2; cat "$dir/tmp/out" >&2; exit 1; }
  after=$(cpu_ticks)
  local bytes=0
  case $tool:$verb in
    ours:backup) bytes=$(du -sb "$dir/ours/repository" | cut -f1) ;;
    pipe:backup) bytes=$(stat -c %s "$dir/pipe/backup.tar.zst.gpg") ;;
    rest:backup) bytes=$(du -sb "$dir/rest/repo" | cut -f1) ;;
    *:restore) bytes=$(du -sb "$dir/restored" | cut -f1) ;;
  esac
  echo "$tool $verb $(tail -1 "$dir/tmp/time" | cut -d' ' -f1) $(( (after - before) * 10 )) $(tail -1 "$dir/tmp/time" | cut -d' ' -f2) $bytes" | tee -a "$dir/results"
}

report() {
  awk "$median_awk"'
    { k = $1 " " $2; w[k] = w[k] " " $3; c[k] = c[k] " " $4; m[k] = m[k] " " $5; b[k] = b[k] " " $6 }
    END {
      name["ours"] = "this library"; name["pipe"] = "pg_basebackup, zstd, gpg"; name["rest"] = "pgBackRest"
      n = split("ours pipe rest", tools, " ")
      for (v = 1; v <= 2; v++) {
        verb = v == 1 ? "backup" : "restore"
        printf "\n| %s | wall s | ours is × | CPU s (whole machine) | peak MiB | bytes |\n|---|---|---|---|---|---|\n", verb
        for (i = 1; i <= n; i++) {
          k = tools[i] " " verb
          if (!(k in w)) continue
          printf "| %s | %.2f | %.2f | %.1f | %d | %d |\n", name[tools[i]], median(w[k]), median(w["ours " verb]) / median(w[k]), median(c[k]) / 1000, median(m[k]) / 1024, median(b[k])
        }
      }
    }' "$dir/results"
}

prepare_server
fill
prepare_tools
echo "database: $(psql -d trading_engine -At -c "SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database")"
for round in $(seq "$rounds"); do
  for tool in $tools; do
    measure $tool backup
    measure $tool restore
  done
done
report
