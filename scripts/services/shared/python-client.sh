# What scripts of unmodified Python clients have in common: a virtual environment of their own. Sourced, not run.
# Set before: name, home, variable (which env sets to the interpreter), told (what is installed, for people) and packages.

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

installed() {
  [[ -e $home/.complete ]] || { echo "$name: not installed"; return 1; }
  echo "$name: installed in $home"
}

environment() { printf 'export %s=%q\n' "$variable" "$home/venv/bin/python"; }

source "$(dirname "${BASH_SOURCE[0]}")/tool.sh"
