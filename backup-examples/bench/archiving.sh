#!/usr/bin/env bash
# What continuous archiving costs a writer, and how far behind it is: pgbench at full speed alone, beside
# pg_receivewal, and beside this library's archiving, in turns, on one server.
#
#   backup-examples/bench/archiving.sh [SECONDS] [ROUNDS]           (default 20 3)
#
# Prints for each way the transactions a second (median) and its ratio to pg_receivewal's; for this library the lag of
# the server's log that is not durable here (bytes and milliseconds, as the server sees it), and how old the newest
# recovery point in the destination is, sampled ten times a second.
#
# Needs, on Debian: postgresql-15 postgresql-contrib-15 (pgbench), and backup.jar (mvn -DskipTests package).
set -euo pipefail

seconds=${1:-20}
rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
jar=${BACKUP_JAR:-$here/../target/backup.jar}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
pgbin=${PGBIN:-/usr/lib/postgresql/15/bin}

need "apt-get install postgresql-15" "$pgbin/initdb" "$pgbin/pgbench" "$pgbin/pg_receivewal" "$java" "$jar"

begin_bench
finish() {
  unfollow
  stop_server "$pgbin"
  rm -rf "$dir"
}
follow() { # runs a follower in the background, as the servers' user
  as sh -c 'echo $$ > "$0"; exec "$@"' "$dir/tmp/follower.pid" "$@" > "$dir/follower.log" 2>&1 &
}
unfollow() {
  [ -e "$dir/tmp/follower.pid" ] || return 0
  kill "$(cat "$dir/tmp/follower.pid")" 2> /dev/null || true
  while kill -0 "$(cat "$dir/tmp/follower.pid")" 2> /dev/null; do sleep 0.2; done
  rm -f "$dir/tmp/follower.pid"
}
trap finish EXIT

psql() { as "$pgbin/psql" -X -q -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$@"; }

as mkdir -m 700 "$dir/tmp" "$dir/ours" "$dir/received"
init_server "$pgbin"
cat >> "$data/postgresql.conf" <<CONF
shared_buffers = 512MB
max_wal_size = 4GB
CONF
as "$pgbin/pg_ctl" -D "$data" -s -w -l "$dir/server.log" start
as "$pgbin/pgbench" -h 127.0.0.1 -p "$port" -U postgres -i -s 20 -q postgres 2> /dev/null
as env BACKUP_PASSPHRASE=bench "$java" -jar "$jar" init --generate-key 'Bench <bench@example.com>' "$dir/ours" > /dev/null
as tee "$dir/ours/bench.yaml" > /dev/null <<YAML
name: bench
sources:
  - {type: postgres, host: 127.0.0.1, port: $port, user: postgres, password: "\${PGPASSWORD}"}
encryption: {type: openpgp, recipients: [backup-public-key.asc]}
destinations:
  - {type: local, path: $dir/ours/repository}
archiving: {spool: $dir/ours/spool}
YAML

transactions() { # runs pgbench; prints transactions a second
  as "$pgbin/pgbench" -h 127.0.0.1 -p "$port" -U postgres -c 4 -j 2 -T "$seconds" postgres 2> /dev/null \
    | sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

sample() { # how far behind archiving is, until its file is removed
  while [ -e "$dir/sampling" ]; do
    psql -d postgres -c "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), flush_lsn),
      coalesce(extract(epoch FROM flush_lag) * 1000, 0) FROM pg_stat_replication WHERE application_name = 'backup_postgres'" \
      >> "$dir/lag" || true
    newest=$(find "$dir/ours/repository/points" -name '*.jsonl*' -printf '%f\n' 2> /dev/null | sort | tail -1)
    if [ -n "$newest" ]; then
      to=$(echo "$newest" | sed 's/^[0-9]*-[0-9]*-\([0-9]\{8\}\)-\([0-9]\{2\}\)\([0-9]\{2\}\)\([0-9]\{2\}\)\([0-9]\{3\}\).*/\1 \2:\3:\4.\5/')
      echo "$(date -u +%s.%N) $(date -u -d "$to" +%s.%N)" | awk '{printf "%.0f\n", ($1 - $2) * 1000}' >> "$dir/age"
    fi
    sleep 0.1
  done
}

percentile() { sort -n | awk -v p="$1" '{v[NR] = $1} END {i = int(NR * p / 100 + 0.999999); print v[i < 1 ? 1 : i]}'; }

for round in $(seq "$rounds"); do
  transactions >> "$dir/alone"

  as "$pgbin/pg_receivewal" -h 127.0.0.1 -p "$port" -U postgres -S received --create-slot
  follow "$pgbin/pg_receivewal" -h 127.0.0.1 -p "$port" -U postgres -S received -D "$dir/received"
  sleep 1
  transactions >> "$dir/receivewal"
  unfollow
  as "$pgbin/pg_receivewal" -h 127.0.0.1 -p "$port" -U postgres -S received --drop-slot
  as rm -rf "$dir/received"; as mkdir "$dir/received"

  follow "$java" -jar "$jar" -c "$dir/ours/bench.yaml" archive
  sleep 8
  touch "$dir/sampling"
  sample &
  sampler=$!
  transactions >> "$dir/ours.tps"
  rm "$dir/sampling"; wait "$sampler"
  unfollow
  psql -d postgres -c "SELECT pg_drop_replication_slot('backup_postgres')" > /dev/null
  as rm -rf "$dir/ours/spool" "$dir/ours/repository"
done

median() { percentile 50 < "$1"; }
base=$(median "$dir/receivewal")
for way in alone receivewal ours.tps; do
  echo "$way: $(median "$dir/$way") transactions/s, $(echo "$base $(median "$dir/$way")" | awk '{printf "%.2f", $1 / $2}') x pg_receivewal's cost"
done
echo "not durable here: p50 $(cut -d'|' -f1 "$dir/lag" | percentile 50) bytes, p99 $(cut -d'|' -f1 "$dir/lag" | percentile 99) bytes;" \
  "p50 $(cut -d'|' -f2 "$dir/lag" | percentile 50) ms, p99 $(cut -d'|' -f2 "$dir/lag" | percentile 99) ms"
echo "newest recovery point in the destination: p50 $(percentile 50 < "$dir/age") ms old, p99 $(percentile 99 < "$dir/age") ms"
