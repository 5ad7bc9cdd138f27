# What scripts of unmodified Python clients have in common: a virtual environment of their own, and nothing to run. Sourced, not run.
# Set before: name, home, variable (which env sets to the interpreter), told (what is installed, for people) and packages.

die() { echo "$name: $*" >&2; exit 1; }

install() {
  [[ -e $home/.complete ]] && return
  command -v python3 >/dev/null || die 'Python 3.10 or later is needed'
  mkdir -p "$home"
  exec 9>"$home/.lock"
  flock 9
  [[ -e $home/.complete ]] && return
  echo "$name: installing $told" >&2
  python3 -m venv --clear "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" >&2
  touch "$home/.complete"
}

running() {
  [[ -e $home/.complete ]] || { echo "$name: not installed"; return 1; }
  echo "$name: installed in $home"
}

case ${1:-} in
  install | start) install && running ;;
  stop) ;;
  status) running ;;
  env) printf 'export %s=%q\n' "$variable" "$home/venv/bin/python" ;;
  *) echo "usage: $0 install|start|stop|status|env" >&2; exit 2 ;;
esac
