#!/usr/bin/env bash
# promtool, which checks and tests alert rules: from Debian's package of Prometheus, unpacked beside the other tools. Nothing is
# installed into the system, and Prometheus itself is not started.
#
# usage: promtool.sh install|start|stop|status|env
#   eval "$(promtool.sh env)"    sets PROMTOOL
set -euo pipefail

name=promtool
home=${SERVICES_HOME:-$HOME/.cache/services}/promtool

install() {
  [[ -x $home/promtool ]] && return
  command -v apt-get >/dev/null || die 'needs Debian or a kin of it; or put promtool into '"$home"
  mkdir -p "$home"
  local out
  out=$(mktemp -d "$home/.unpack-XXXXXX")
  # shellcheck disable=SC2064  # the path of now is wanted, not that at exit
  trap "rm -rf '$out'" EXIT
  chmod 755 "$out" # apt downloads as a user of its own
  (
    cd "$out"
    apt-get download -qq prometheus >/dev/null 2>&1 ||
      { apt-get update -qq && apt-get download -qq prometheus; } || die 'the package could not be downloaded'
    dpkg-deb -x prometheus_*.deb .
  )
  mv "$out/usr/bin/promtool" "$home/promtool"
}

installed() {
  [[ -x $home/promtool ]] || { echo "$name: not installed"; return 1; }
  "$home/promtool" --version 2>&1 | head -n 1
}

environment() { printf 'export PROMTOOL=%q\n' "$home/promtool"; }

source "$(dirname "${BASH_SOURCE[0]}")/shared/tool.sh"
