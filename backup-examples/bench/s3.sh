#!/usr/bin/env bash
# Compares, in one run on one local S3 server, what this library uploads and restores with what the server
# itself takes and gives: PUT and GET of objects of the same size by curl, as many at the same time.
#
#   backup-examples/bench/s3.sh [SIZE_MB] [ROUNDS]           (default 1024 3)
#
# Needs, on Debian: curl; and backup.jar and the servers of the tests (mvn -DskipTests package).
# Everything stands in a temporary folder ($BENCH_DIR, or below /var/tmp), which is removed at the end.
set -euo pipefail

size_mb=${1:-1024}
rounds=${2:-3}
parallel=4
volume_mb=16
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
jar=${BACKUP_JAR:-$here/../target/backup.jar}
server=$here/../../backup-s3/target/servers/s3proxy-jar-with-dependencies.jar
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

need "apt-get install curl, and mvn -DskipTests package" curl "$java" "$jar" "$server"

dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/backup-bench.XXXXXX")
server_pid=
finish() {
  if [ -n "$server_pid" ]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap finish EXIT
port=$(free_port 18090)
url=http://127.0.0.1:$port

start_server() {
  mkdir "$dir/objects"
  cat > "$dir/server.conf" <<CONF
s3proxy.authorization=none
s3proxy.endpoint=$url
jclouds.provider=filesystem-nio2
jclouds.identity=x
jclouds.credential=x
jclouds.filesystem.basedir=$dir/objects
CONF
  "$java" -jar "$server" --properties "$dir/server.conf" > "$dir/server.log" 2>&1 &
  server_pid=$!
  for _ in $(seq 100); do
    curl -s -o "$dir/answer" "$url/" && break
    sleep 0.2
  done
  curl -sf -o "$dir/answer" -X PUT "$url/bench"
}

prepare() {
  mkdir "$dir/state"
  head -c "${size_mb}M" /dev/urandom > "$dir/state/positions"
  head -c "${volume_mb}M" "$dir/state/positions" > "$dir/volume"
  cat > "$dir/alone.yaml" <<YAML
name: bench
sources:
  - {type: files, name: state, paths: [$dir/state]}
compression: {codec: none, volume-size: ${volume_mb}MiB}
encryption: {type: none}
destinations:
  - {type: s3, name: s3, bucket: bench, prefix: alone, endpoint: "$url", region: us-east-1, path-style: true, access-key: x, secret-key: x, parallel: $parallel}
YAML
}

seconds() { # seconds of a command
  local begin end
  begin=$(date +%s%N)
  "$@" > "$dir/out" 2>&1 || { cat "$dir/out" >&2; return 1; }
  end=$(date +%s%N)
  awk -v ns=$((end - begin)) 'BEGIN { printf "%.2f", ns / 1e9 }'
}

ours() { "$java" -jar "$jar" -c "$1" "${@:2}"; }
count=$((size_mb / volume_mb))
raw_put() { seq "$count" | xargs -P "$parallel" -I {} curl -sf -T "$dir/volume" "$url/bench/raw/{}"; }
raw_get() { seq "$count" | xargs -P "$parallel" -I {} curl -sf -o /dev/null "$url/bench/raw/{}"; }
upload() { ours "$dir/alone.yaml" full; }
restore() { ours "$dir/alone.yaml" restore latest --into "$dir/restored" --force; }

start_server
prepare
echo "round  put  upload  get  restore   (seconds for $size_mb MB; JVM start included in ours)"
for round in $(seq "$rounds"); do
  rm -rf "$dir/objects/bench/raw" "$dir/objects/bench/alone" "$dir/restored"
  put=$(seconds raw_put)
  up=$(seconds upload)
  get=$(seconds raw_get)
  down=$(seconds restore)
  cmp "$dir/state/positions" "$(find "$dir/restored" -name positions)"
  echo "$round $put $up $get $down"
  awk -v p="$put" -v u="$up" -v g="$get" -v d="$down" \
    'BEGIN { printf "       upload %.2f x the rate of PUT, restore %.2f x the rate of GET\n", p / u, g / d }'
done
