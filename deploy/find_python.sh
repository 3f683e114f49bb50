#!/bin/sh
# Print the first Python on the path that is 3.11 or newer and can make virtual environments.
for candidate in "${PYTHON:-python3.11}" python3.12 python3.13 python3.14 python3 python; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done
echo "Convisor needs Python 3.11 or newer with venv (Debian: apt-get install python3 python3-venv), or PYTHON=<path>." >&2
exit 1
