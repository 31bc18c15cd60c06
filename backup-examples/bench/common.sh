# What the benchmarks have in common; to be sourced by bash.

# need WHERE_FROM PROGRAM...: ends the benchmark if a program is missing.
need() {
  local from=$1 tool
  shift
  for tool in "$@"; do
    [ -e "$tool" ] || command -v "$tool" >/dev/null \
      || { echo "bench: $tool is missing; on Debian: $from" >&2; exit 2; }
  done
}

# A port of 127.0.0.1 that is free, or the one given where python3 is missing.
free_port() {
  python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null || echo "$1"
}

# CPU time of the whole machine so far, in hundredths of a second.
cpu_ticks() { awk '/^cpu /{print $2+$3+$4+$7+$8}' /proc/stat; }

# An awk function: the median of numbers that are separated by blanks.
median_awk='
  function median(s,   n, a, i, j, t) {
    n = split(s, a, " ")
    for (i = 1; i < n; i++) for (j = i + 1; j <= n; j++) if (a[j] + 0 < a[i] + 0) { t = a[i]; a[i] = a[j]; a[j] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
  }'

# A temporary folder, $dir, of the user who runs servers ("as COMMAND..." runs what is his), and a free port, $port.
begin_bench() {
  dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/backup-bench.XXXXXX")
  chmod 711 "$dir"
  as() { "$@"; }
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as() { runuser -u postgres -- "$@"; }
  fi
  port=$(free_port 54329)
  data=$dir/data
  export PGPASSWORD=bench BACKUP_PASSPHRASE=bench
}

# init_server BIN OPTION...: a cluster in $data with checksums and the password in $PGPASSWORD, that listens on $port.
init_server() {
  local bin=$1
  shift
  (umask 077; echo "$PGPASSWORD" > "$dir/pw")
  [ "$(id -u)" = 0 ] && chown postgres "$dir/pw"
  as "$bin/initdb" -D "$data" -U postgres --pwfile="$dir/pw" -A scram-sha-256 -k --no-sync "$@" >/dev/null
  cat >> "$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$dir/tmp'
CONF
}

# stop_server BIN: whatever state it is in.
stop_server() { as "$1/pg_ctl" -D "$data" -m immediate -s stop 2>/dev/null || true; }
