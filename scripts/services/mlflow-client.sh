#!/usr/bin/env bash
# The unmodified MLflow client for Python, with scikit-learn and ONNX, in a virtual environment of its own.
#
# usage: mlflow-client.sh install|start|stop|status|env
#   eval "$(mlflow-client.sh env)"    sets MLFLOW_PYTHON, the interpreter that has it
set -euo pipefail

MLFLOW_VERSION=3.17.2
SCIKIT_LEARN_VERSION=1.7.2
ONNX_VERSION=1.19.1
ONNXRUNTIME_VERSION=1.23.2

home=${SERVICES_HOME:-$HOME/.cache/services}/mlflow-client-$MLFLOW_VERSION

die() { echo "mlflow-client: $*" >&2; exit 1; }

install() {
  [[ -e $home/.complete ]] && return
  command -v python3 >/dev/null || die 'Python 3.10 or later is needed'
  mkdir -p "$home"
  exec 9>"$home/.lock"
  flock 9
  [[ -e $home/.complete ]] && return
  echo "mlflow-client: installing MLflow $MLFLOW_VERSION (a minute the first time)" >&2
  python3 -m venv --clear "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check \
    "mlflow==$MLFLOW_VERSION" "scikit-learn==$SCIKIT_LEARN_VERSION" \
    "onnx==$ONNX_VERSION" "onnxruntime==$ONNXRUNTIME_VERSION" >&2
  touch "$home/.complete"
}

running() {
  [[ -e $home/.complete ]] || { echo 'mlflow-client: not installed'; return 1; }
  echo "mlflow-client: installed in $home"
}

case ${1:-} in
  install | start) install && running ;;
  stop) ;;
  status) running ;;
  env) printf 'export %s=%q\n' MLFLOW_PYTHON "$home/venv/bin/python" ;;
  *) echo "usage: $0 install|start|stop|status|env" >&2; exit 2 ;;
esac
