#!/usr/bin/env bash
# Builds the Dockerfile and runs the image locked down: read-only, without privileges, without a network.
#
#   deploy/verify_image.sh                      with docker, or with podman where there is no docker
#   ENGINE="podman --runtime runc" BASE_IMAGE=... BUILD_ARGS="--build-arg TORCH_INDEX=" deploy/verify_image.sh
#
# Exit: 0 all good, 1 a check failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

MAX_MB=${MAX_MB:-1250}     # of the image
STOP_SECONDS=${STOP_SECONDS:-10}
IMAGE=${IMAGE:-convisor:verify}
PORT=18080                 # not the image's own default, so that PORT is checked too
NAME=convisor-verify-$$
if [ -z "${ENGINE:-}" ]; then ENGINE=$(docker info >/dev/null 2>&1 && echo docker || echo podman); fi
read -ra engine <<<"$ENGINE"
read -ra build_args <<<"${BUILD_ARGS:-}"
[ -z "${BASE_IMAGE:-}" ] || build_args+=(--build-arg "BASE_IMAGE=$BASE_IMAGE")
failed=0
say() { printf '%s\n' "$*"; }
bad() { say "  FAIL $*"; failed=1; }
clean() {
  "${engine[@]}" rm --force "$NAME" >/dev/null 2>&1 || true
  "${engine[@]}" volume rm --force "$NAME" >/dev/null 2>&1 || true
}
trap clean EXIT

say "building with ${engine[0]}"
# podman's own format has no HEALTHCHECK
formats=(); [ "${engine[0]}" = docker ] || formats=(--format docker)
"${engine[@]}" build "${formats[@]}" "${build_args[@]}" --tag "$IMAGE" .
megabytes=$(( $("${engine[@]}" image inspect --format '{{.Size}}' "$IMAGE") / 1000000 ))
if [ "$megabytes" -le "$MAX_MB" ]; then say "  ok   the image has $megabytes MB (at most $MAX_MB)"
else bad "the image has $megabytes MB, more than $MAX_MB"; fi

start() {
  "${engine[@]}" run --detach --name "$NAME" --network none --read-only --cap-drop ALL \
    --security-opt no-new-privileges --memory 1536m --pids-limit 256 --ulimit nofile=4096:4096 --ulimit nproc=1024:1024 \
    --tmpfs /tmp:noexec,nosuid,nodev,size=256m,mode=1777 --volume "$NAME:/data" --env "PORT=$PORT" ${RUN_ARGS:-} "$IMAGE" >/dev/null
}
inside() { "${engine[@]}" exec --interactive "$NAME" python - "$@" <deploy/check_container.py; }

say "running without network, read-only, as the image's own user"
start
inside | tee "/tmp/$NAME.log" || failed=1
photo=$(sed -n 's/^photo //p' "/tmp/$NAME.log"); rm -f "/tmp/$NAME.log"
"${engine[@]}" exec "$NAME" sh -c 'grep -h VmHWM /proc/[0-9]*/status' 2>/dev/null |
  awk '{ n += $2 } END { printf "       peak memory of its processes: %d MB\n", n / 1024 }'

before=$SECONDS
"${engine[@]}" stop --time "$STOP_SECONDS" "$NAME" >/dev/null
[ $((SECONDS - before)) -lt "$STOP_SECONDS" ] && say "  ok   stops in $((SECONDS - before)) s" || bad "does not stop within $STOP_SECONDS s"
status=$("${engine[@]}" inspect --format '{{.State.ExitCode}}' "$NAME")
[ "$status" = 0 ] && say "  ok   ends with status 0" || bad "ends with status $status"
"${engine[@]}" rm --force "$NAME" >/dev/null
start
inside "$photo" || failed=1
[ "$failed" = 0 ] && say "all good" || say "something failed"
exit "$failed"
