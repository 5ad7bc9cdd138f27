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

name=marquez-client
home=${SERVICES_HOME:-$HOME/.cache/services}/marquez-client-$MARQUEZ_VERSION-$OPENLINEAGE_VERSION
variable=MARQUEZ_PYTHON
told="marquez-python $MARQUEZ_VERSION and openlineage-python $OPENLINEAGE_VERSION"
packages=("marquez-python==$MARQUEZ_VERSION" "openlineage-python==$OPENLINEAGE_VERSION" "pytz==$PYTZ_VERSION")
source "$(dirname "${BASH_SOURCE[0]}")/shared/python-client.sh"
