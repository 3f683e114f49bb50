#!/usr/bin/env bash
# Starts compose.yaml for real, checks it as `verify_image.sh` does, and that an upload survives down and up.
#
#   deploy/verify_compose.sh                    with `docker compose`; COMPOSE_COMMAND="podman-compose" takes another
#
# Exit: 0 all good, 1 a check failed. Containers and volume have a name of their own and are removed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

read -ra compose <<<"${COMPOSE_COMMAND:-docker compose}"
compose+=(--project-name "convisor-verify-$$")
export PORT=${PORT:-18081}
failed=0
trap '"${compose[@]}" down --volumes --timeout 10 >/dev/null 2>&1 || true' EXIT
up() { "${compose[@]}" up --detach --wait ${UP_ARGS:-}; }
inside() { "${compose[@]}" exec -T web python - "$@" <deploy/check_container.py; }

up
said=$(inside) || failed=1
printf '%s\n' "$said"
photo=$(sed -n 's/^photo //p' <<<"$said")
if curl -fsS -o /dev/null "http://127.0.0.1:$PORT/health"; then echo "  ok   answers on the published port $PORT"
else echo "  FAIL does not answer on the published port $PORT"; failed=1; fi
"${compose[@]}" down --timeout 10
up
inside "$photo" || failed=1
[ "$failed" = 0 ] && echo "all good" || echo "something failed"
exit "$failed"
