#!/bin/sh
# Write requirements.txt and requirements-dev.txt from pyproject.toml: exact versions, no addresses.
# Usage: deploy/lock.sh PYTHON TORCH_VERSION
set -eu
cd "$(dirname "$0")/.."
python=$1 torch=$2

compile() {  # compile OUTPUT [pip-compile options]
    output=$1
    shift
    echo "Resolving $output"
    "$python" -m piptools compile --quiet --no-config --no-header --no-annotate --strip-extras --allow-unsafe \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
        --upgrade-package "torch==$torch" --output-file "$output" "$@" pyproject.toml
    # The lock serves every build of torch: neither the CPU build's local version (+cpu) nor the
    # packages of the CUDA build belong in it.
    sed -i.bak -E 's/^(torch==[0-9.]+)\+[a-z0-9.]+/\1/; /^(nvidia-|cuda-|triton==)/d; /^#/d; /^$/d' "$output"
    rm -f "$output.bak"
}

compile requirements.txt
compile requirements-dev.txt --extra test --extra train --extra keras --extra notebooks --constraint requirements.txt
