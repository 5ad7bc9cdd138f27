#!/usr/bin/env bash
# Docker Compose, built from source, to check docker-compose.yml: `config` needs no Docker.
#
# usage: compose.sh install|start|stop|status|env
#   eval "$(compose.sh env)"    sets DOCKER_COMPOSE
set -euo pipefail

COMPOSE_VERSION=v2.40.3

name=compose
home=${SERVICES_HOME:-$HOME/.cache/services}/compose-$COMPOSE_VERSION

# `go install PACKAGE@VERSION` refuses its go.mod for an exclude directive; a module of our own builds the same sources.
install() {
  [[ -x $home/docker-compose ]] && return
  command -v go >/dev/null || die 'Go is needed to build it'
  local src
  mkdir -p "$home"
  src=$(mktemp -d)
  # shellcheck disable=SC2064  # the path of now is wanted, not that at exit
  trap "rm -rf '$src'" EXIT
  echo "$name: building $COMPOSE_VERSION (a minute the first time)" >&2
  (
    cd "$src"
    export CGO_ENABLED=0 GOFLAGS=-mod=mod
    go mod init local/compose >/dev/null 2>&1
    go mod edit -require="github.com/docker/compose/v2@$COMPOSE_VERSION"
    go build -trimpath -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=$COMPOSE_VERSION" \
      -o docker-compose github.com/docker/compose/v2/cmd
  )
  mv "$src/docker-compose" "$home/docker-compose"
}

installed() {
  [[ -x $home/docker-compose ]] || { echo "$name: not installed"; return 1; }
  "$home/docker-compose" version
}

environment() { printf 'export DOCKER_COMPOSE=%q\n' "$home/docker-compose"; }

source "$(dirname "${BASH_SOURCE[0]}")/shared/tool.sh"
