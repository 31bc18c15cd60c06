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
