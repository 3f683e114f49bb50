#!/bin/sh
# Print the path of the system's Chromium or Chrome for the browser tests; with --install, get it where
# this user may.
find_it() {
    for candidate in "${CHROMIUM:-chromium}" chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        command -v "$candidate" 2>/dev/null && return 0
    done
    return 1
}

find_it && exit 0
if [ "${1-}" = --install ] && command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=
    elif sudo -n true 2>/dev/null; then as_root="sudo -n"
    else as_root=none
    fi
    if [ "$as_root" != none ]; then
        echo "Installing Chromium for the browser tests" >&2
        { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qy --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 </dev/null
        find_it && exit 0
    fi
fi
echo "No Chromium found: install it (Debian: apt-get install chromium) or give CHROMIUM=<path> for the browser tests." >&2
exit 1
