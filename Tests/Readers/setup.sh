#!/usr/bin/env bash
# Makes a Python environment with the readers of requirements.txt. Usage: Tests/Readers/setup.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$1"
"$1/bin/pip" install -r "$here/requirements.txt"
