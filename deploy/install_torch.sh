#!/bin/sh
# Install the locked torch, as a CPU build, into the environment of PYTHON. A build that is already
# there in the right version is kept.
# Usage: TORCH_INDEX=<address or empty> deploy/install_torch.sh PYTHON
#
# TORCH_INDEX names an index of CPU builds. Does it not answer, pip's own index is asked, but a CUDA
# build (several GB) is not taken without being asked for. TORCH_INDEX empty: pip's own index, whatever
# it has.
set -eu
cd "$(dirname "$0")/.."
python=$1
index=${TORCH_INDEX-}
pinned=$(grep '^torch==' requirements.txt)

have=$("$python" -c 'from importlib.metadata import version; print(version("torch").split("+")[0])' 2>/dev/null || true)
if [ "torch==$have" = "$pinned" ]; then
    exit 0
fi

answers() {
    "$python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$1/torch/" 2>/dev/null
}

# What torch depends on comes with the rest of the lock, so that no other index decides its versions.
if [ -n "$index" ] && answers "$index"; then
    exec "$python" -m pip install --no-deps --index-url "$index" "$pinned"
fi
if [ -n "$index" ]; then
    echo "$index does not answer; looking for a CPU build of $pinned where pip looks by itself."
    report=$(mktemp)
    trap 'rm -f "$report"' EXIT
    "$python" -m pip install --quiet --dry-run --ignore-installed --report "$report" "$pinned"
    if grep -Eq '"name": *"(nvidia|cuda)-' "$report"; then
        echo "There it is the CUDA build only, several GB. Try again when the address answers, give another one as" >&2
        echo "TORCH_INDEX=<address>, or take the CUDA build with an empty TORCH_INDEX= ." >&2
        exit 1
    fi
fi
"$python" -m pip install --no-deps "$pinned"
