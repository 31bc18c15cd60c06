#!/usr/bin/env bash
# Compares, in one run on one generated Redis, this library's snapshot with redis-cli --rdb, and its restores
# with RESTORE commands through a client.
#
#   backup-examples/bench/redis.sh [KEYS] [ROUNDS]           (default 1000000 5)
#
# BENCH_JAVA_OPTS are options for the library's JVM.
#
# Needs, on Debian: redis-server 7 time, and backup.jar (mvn -DskipTests package). Everything stands in a temporary
# folder ($BENCH_DIR, or below /var/tmp), which is removed at the end, as are the servers.
set -euo pipefail

keys=${1:-1000000}
rounds=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
jar=${BACKUP_JAR:-$here/../target/backup.jar}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
java_opts=${BENCH_JAVA_OPTS:-}

need "apt-get install redis-server time" redis-server redis-cli /usr/bin/time "$java" "$jar"

dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/redis-bench.XXXXXX")
export BACKUP_PASSPHRASE=bench
source_port=$(free_port 63791)
pids=()
finish() {
  for pid in "${pids[@]}"; do
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$dir"
}
trap finish EXIT

server() { # PORT NAME
  mkdir "$dir/$2"
  redis-server --port "$1" --bind 127.0.0.1 --dir "$dir/$2" --save "" --repl-diskless-sync-delay 0 \
    --enable-debug-command yes >"$dir/$2/log" 2>&1 &
  pids+=($!)
  until redis-cli -p "$1" ping >/dev/null 2>&1; do sleep 0.1; done
}

config() { # NAME PORT RESTORE ENCRYPTION
  cat > "$dir/$1.yaml" <<YAML
name: bench
sources:
  - {type: redis, host: 127.0.0.1, port: $2, restore: $3}
encryption: $4
decryption: {type: openpgp, secret-key: backup-secret-key.asc, passphrase: "\${BACKUP_PASSPHRASE}"}
destinations:
  - {type: local, path: $dir/${5:-$1}-repository}
YAML
  [ "$4" != "{type: none}" ] || sed -i /^decryption/d "$dir/$1.yaml"
}

# timed NAME COMMAND...: runs it; out has what it printed, and the results a line: NAME seconds cpu-millis peak-kb
timed() {
  local name=$1 before after
  shift
  sync -f "$dir"
  before=$(cpu_ticks)
  /usr/bin/time -f '%e %M' -o "$dir/time" "$@" >"$dir/out" 2>"$dir/err" \
    || { echo "bench: $name failed:" >&2; cat "$dir/out" "$dir/err" >&2; exit 1; }
  after=$(cpu_ticks)
  result "$name" "$(cut -d' ' -f1 "$dir/time")" $(((after - before) * 10)) "$(cut -d' ' -f2 "$dir/time")"
}

result() { echo "$1 $2 ${3:-0} ${4:-0}" | tee -a "$dir/results"; }

# The backup's or the restore's own duration in seconds, from what --json printed.
own() { # FIELD's section, or nothing for the first
  awk -v in_report="${1:-}" -F: '
    $1 ~ "\"report\"" { reached = 1 }
    /"durationMillis"/ && (in_report == "" || reached) { gsub(/[ ,]/, "", $2); printf "%.3f", $2 / 1000; exit }' "$dir/out"
}

backup() { # NAME [JVM option]
  rm -rf "$dir/$1-repository"
  timed "$1-process" "$java" $java_opts ${2:-} -jar "$jar" -c "$dir/$1.yaml" full --json
  result "$1-backup" "$(own)"
}

restore() { # NAME
  redis-cli -p "$target_port" FLUSHALL >/dev/null
  timed "$1-process" "$java" $java_opts -jar "$jar" -c "$dir/$1.yaml" restore latest --force --json
  result "$1-restore" "$(own report)"
  same "$1"
}

client() { # NAME BATCH
  redis-cli -p "$target_port" FLUSHALL >/dev/null
  "$java" -cp "$jar" "$here/RestoreClient.java" "$source_port" "$target_port" "$2" >"$dir/out"
  result "$1" "$(cut -d' ' -f1 "$dir/out")"
  same "$1"
}

same() {
  [ "$(redis-cli -p "$source_port" DEBUG DIGEST)" = "$(redis-cli -p "$target_port" DEBUG DIGEST)" ] \
    || { echo "bench: $1 has restored something else" >&2; exit 1; }
}

server "$source_port" source
for ((first = 0; first < keys; first += 100000)); do
  redis-cli -p "$source_port" --eval "$here/trading.lua" , $((keys - first < 100000 ? keys - first : 100000)) "$first" >/dev/null
done
target_port=$(free_port 63792)
server "$target_port" target
"$java" -jar "$jar" init --generate-key 'Bench <bench@example.com>' "$dir" >/dev/null
openpgp="{type: openpgp, recipients: [backup-public-key.asc]}"
config plain "$source_port" auto "{type: none}"
config openpgp "$source_port" auto "$openpgp"
config warm "$source_port" auto "$openpgp"
config archive "$source_port" auto "$openpgp"
config online "$target_port" online "$openpgp" openpgp
config commands "$target_port" commands "$openpgp" openpgp

# What a JVM has to load each time, once and for all: see java -XX:SharedArchiveFile.
"$java" -XX:ArchiveClassesAtExit="$dir/classes.jsa" -jar "$jar" -c "$dir/archive.yaml" full >/dev/null 2>&1

echo "load: $(cut -d' ' -f1-3 /proc/loadavg); $(redis-server --version | cut -d' ' -f3); $(redis-cli -p "$source_port" info keyspace | tr -d '\r' | tail -n +2 | tr '\n' ' ')"
for round in $(seq "$rounds"); do
  timed cli redis-cli -p "$source_port" --rdb "$dir/cli.rdb"
  backup plain
  backup openpgp
  backup archive "-XX:SharedArchiveFile=$dir/classes.jsa"
  restore online
  restore commands
  client pipelined 1000
done
echo "rdb: $(stat -c %s "$dir/cli.rdb") bytes; repository: $(du -sb "$dir/openpgp-repository" | cut -f1) bytes"
# The first of them warms the JVM up.
"$java" $java_opts -cp "$jar" "$here/WarmBackups.java" "$dir/warm.yaml" $((rounds + 1)) | tail -n +2 | while read -r call took; do
  result warm-call "$call"
  result warm-backup "$took"
done
timed cli-again redis-cli -p "$source_port" --rdb "$dir/cli.rdb"
client one-by-one 1
echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"

awk "$median_awk"'
  { if (!($1 in w)) order[++n] = $1; w[$1] = w[$1] " " $2; c[$1] = c[$1] " " $3; m[$1] = m[$1] " " $4
    if (!($1 in min) || $2 < min[$1]) min[$1] = $2; if ($2 > max[$1]) max[$1] = $2 }
  END {
    printf "\n| | median s | from | to | × redis-cli --rdb | × online | CPU s (whole machine) | peak MiB |\n|---|---|---|---|---|---|---|---|\n"
    for (i = 1; i <= n; i++) {
      k = order[i]
      printf "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %d |\n", k, median(w[k]), min[k], max[k], median(w[k]) / median(w["cli"]), median(w[k]) / median(w["online-restore"]), median(c[k]) / 1000, median(m[k]) / 1024
    }
  }' "$dir/results"
