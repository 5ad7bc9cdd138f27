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

name=mlflow-client
home=${SERVICES_HOME:-$HOME/.cache/services}/mlflow-client-$MLFLOW_VERSION
variable=MLFLOW_PYTHON
told="MLflow $MLFLOW_VERSION (a minute the first time)"
packages=(
  "mlflow==$MLFLOW_VERSION" "scikit-learn==$SCIKIT_LEARN_VERSION"
  "onnx==$ONNX_VERSION" "onnxruntime==$ONNXRUNTIME_VERSION"
)
source "$(dirname "${BASH_SOURCE[0]}")/shared/python-client.sh"
