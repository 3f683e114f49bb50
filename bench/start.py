"""From the start of the process to its first answer and to a classifier that is ready, and the memory then."""

from __future__ import annotations

import time

from bench.asking import get
from bench.load import used
from bench.server import served

TIMES = 3
SETTLING = 5  # seconds, for what a start leaves behind


def measure() -> dict[str, float]:
    """Seconds (the median of three starts), and megabytes with one and with two workers."""
    first, warm = zip(*sorted(_start() for _ in range(TIMES)), strict=True)
    found = {"first_s": first[TIMES // 2], "warm_s": sorted(warm)[TIMES // 2]}
    for workers in (1, 2):
        with served(CONVISOR_WORKERS=str(workers)) as ours:
            time.sleep(SETTLING)
            found[f"idle_{workers}_mb"] = used(ours.pid)[1]
    return found


def _start() -> tuple[float, float]:
    """Seconds to the first answer and until /ready says that the classifier is there."""
    start = time.monotonic()
    with served(warm=False) as ours:
        first = time.monotonic() - start
        while b"warming" in get(ours.connection, "/ready"):
            time.sleep(0.02)
        return first, time.monotonic() - start
