#!/usr/bin/env bash
# The unmodified Marquez and OpenLineage clients for Python, in a virtual environment of their own.
#
# usage: marquez-client.sh install|start|stop|status|env
#   eval "$(marquez-client.sh env)"    sets MARQUEZ_PYTHON, the interpreter that has them
set -euo pipefail

MARQUEZ_VERSION=0.50.0
OPENLINEAGE_VERSION=1.54.0
# marquez-python imports it and does not ask for it.
PYTZ_VERSION=2026.6

home=${SERVICES_HOME:-$HOME/.cache/services}/marquez-client-$MARQUEZ_VERSION-$OPENLINEAGE_VERSION

die() { echo "marquez-client: $*" >&2; exit 1; }

install() {
  [[ -e $home/.complete ]] && return
  command -v python3 >/dev/null || die 'Python 3.10 or later is needed'
  mkdir -p "$home"
  exec 9>"$home/.lock"
  flock 9
  [[ -e $home/.complete ]] && return
  echo "marquez-client: installing marquez-python $MARQUEZ_VERSION and openlineage-python $OPENLINEAGE_VERSION" >&2
  python3 -m venv --clear "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check \
    "marquez-python==$MARQUEZ_VERSION" "openlineage-python==$OPENLINEAGE_VERSION" "pytz==$PYTZ_VERSION" >&2
  touch "$home/.complete"
}

running() {
  [[ -e $home/.complete ]] || { echo 'marquez-client: not installed'; return 1; }
  echo "marquez-client: installed in $home"
}

case ${1:-} in
  install | start) install && running ;;
  stop) ;;
  status) running ;;
  env) printf 'export %s=%q\n' MARQUEZ_PYTHON "$home/venv/bin/python" ;;
  *) echo "usage: $0 install|start|stop|status|env" >&2; exit 2 ;;
esac
