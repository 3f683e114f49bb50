#!/bin/sh
# Compare the locked packages with the advisories known to OSV (https://osv.dev), by pip-audit in an environment
# of its own: its two dozen packages belong neither to the server nor to the tests.
# Usage: deploy/audit.sh PYTHON FOLDER
# Exits with 1 where an advisory is known; without a network it says so, and exits with 0.
set -eu
cd "$(dirname "$0")/.."
python=$1 folder=$2

skip() {
    echo "NOT AUDITED: $1. Nothing is known about the locked packages; run make audit where there is a network."
    exit 0
}

[ -x "$folder/bin/pip-audit" ] || {
    "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet pip-audit || skip "pip-audit cannot be installed"
}
"$python" -c 'import urllib.request; urllib.request.urlopen("https://api.osv.dev/v1/vulns/OSV-2020-111", timeout=10)' \
    2>/dev/null || skip "the advisory service api.osv.dev does not answer"
exec "$folder/bin/pip-audit" --vulnerability-service osv --requirement requirements-dev.txt --no-deps --disable-pip
