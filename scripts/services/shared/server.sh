# What scripts of servers have in common: one process, which runs until it is stopped. Sourced, not run.
#
# Set before: name, home (its program), data, port and the variable that sets it, url (where it answers, for people), mark (what the
# command line of its process has, and of no other), exports (what env sets: names and values in turn), and seconds, if it may
# take more than 60 until it is ready. The functions install, which may be repeated; ready; launch, which begins it by `run`.

die() { echo "$name: $*" >&2; exit 1; }

# The home of the first Java that is new enough: JAVA_HOME, the PATH, then installed ones.
find_java() { # MINIMUM [PROGRAM]
  local program=${2:-java} candidate major
  for candidate in "${JAVA_HOME:-/nonexistent}/bin/$program" "$(command -v "$program" || true)" /usr/lib/jvm/*/bin/"$program"; do
    [[ -x $candidate ]] || continue
    candidate=$(readlink -f "$candidate")
    major=$("$candidate" -version 2>&1 | sed -nE 's/^(javac |.* version ")([0-9]+).*/\2/p')
    if ((${major:-0} >= $1)); then dirname "$(dirname "$candidate")"; return; fi
  done
  die "needs Java $1 or newer (program $program)"
}

# Builds a program of Go's, without debug information: the binary is a third smaller.
go_install() { # PACKAGE@VERSION
  command -v go >/dev/null || die 'Go is needed to build it'
  local out
  out=$(mktemp -d "$home/.build-XXXXXX")
  # shellcheck disable=SC2064  # the path of now is wanted, not that at exit
  trap "rm -rf '$out'" EXIT
  echo "$name: building ${1##*/} (a few minutes the first time)" >&2
  GOBIN=$out CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "$1"
  mv "$out"/* "$home/"
}

# A file with a pid may outlive its process, and the number be another's by now.
alive() {
  local pid
  pid=$(cat "$data/$name.pid" 2>/dev/null) && [[ -r /proc/$pid/cmdline ]] &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$mark"
}

run() { # [VARIABLE=VALUE…] PROGRAM [ARGUMENT…]
  # Without the lock, which it would hold for as long as it runs.
  setsid env "$@" >"$data/$name.log" 2>&1 </dev/null 9>&- &
  echo $! >"$data/$name.pid"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start() {
  mkdir -p "$home" "$data"
  # Two that start it at once must not race for what is installed, and the port.
  exec 9>"$data/.lock"
  flock 9
  if alive && ready; then running; return; fi
  install
  stop
  local pid tries deadline
  # One that was killed may hold it for a moment.
  for ((tries = 0; tries < 50; tries++)); do port_open "$port" || break; sleep 0.1; done
  ! port_open "$port" || die "port $port is taken; set $variable"
  launch
  deadline=$((SECONDS + ${seconds:-60}))
  pid=$(<"$data/$name.pid")
  until ready; do
    kill -0 "$pid" 2>/dev/null || { tail -n 20 "$data/$name.log" >&2; die "ended while starting; see $data/$name.log"; }
    ((SECONDS < deadline)) || die "not ready after ${seconds:-60} s; see $data/$name.log"
    sleep 0.1
  done
  running
}

stop() {
  local pid tries
  if alive; then
    pid=$(<"$data/$name.pid")
    kill "$pid"
    for ((tries = 0; tries < 300; tries++)); do alive || break; sleep 0.1; done
    # With what it leads: a script may have started the server.
    ! alive || kill -KILL -- "-$pid"
  fi
  rm -f "$data/$name.pid"
}

running() {
  alive || { echo "$name: not running"; return 1; }
  ready || { echo "$name: not ready"; return 1; }
  echo "$name: running at $url"
}

case ${1:-} in
  install) mkdir -p "$home" && install ;;
  start) start ;;
  stop) stop ;;
  status) running ;;
  env) printf 'export %s=%q\n' "${exports[@]}" ;;
  *) echo "usage: $0 install|start|stop|status|env" >&2; exit 2 ;;
esac
