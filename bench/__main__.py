"""A slider move on 512 x 512 RGB with five layers, over HTTP: ours against the floor, in one run."""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Callable
from urllib.parse import quote

from bench.server import served

ROUNDS = 60
FLOOR = ("-m", "uvicorn", "bench.floor:app", "--port", "{port}", "--log-level", "warning")
STACK = "conv(gaussian,sigma={sigma})|conv(sobel_x)|relu|maxpool(2)|conv(laplacian4)"
LAST = "conv(gaussian)|conv(sobel_x)|relu|maxpool(2)|conv(laplacian4,bias={bias})"


def get(connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None) -> int:
    """Ask once; the number of bytes answered."""
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {path}: {body[:300]!r}")
    return len(body)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that `work` took."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def prefix(stack: str, stage: int) -> str:
    return quote("|".join(stack.split("|")[:stage]))


def main() -> None:
    """Print medians and ratios."""
    core = min(os.sched_getaffinity(0))  # one after the other on the same one
    with served(*FLOOR, core=core) as (floor, _), served(core=core) as (ours, _):

        def maps(stack: str, first: int = 1) -> None:
            for stage in range(first, 6):
                query = f"image=person-astronaut&stack={prefix(stack, stage)}&size=512&fit=keep"
                get(ours, f"/api/v1/maps/{stage}/0.png?{query}")

        def page(stack: str) -> None:
            query = f"image=person-astronaut&stack={quote(stack)}&size=512&fit=keep"
            get(ours, f"/?{query}", {"HX-Request": "true"})

        def bare(sigma: str) -> None:
            for stage in range(1, 6):
                get(floor, f"/{stage}?sigma={sigma}")

        least, moved, whole, last = [], [], [], []
        for step in range(ROUNDS):
            sigma = f"{1 + step / 1000:g}"
            least.append(timed(lambda s=sigma: bare(s)))
            moved.append(timed(lambda s=sigma: maps(STACK.format(sigma=s))))
            sigma = f"{2 + step / 1000:g}"
            whole.append(timed(lambda s=sigma: (page(STACK.format(sigma=s)), maps(STACK.format(sigma=s)))))
            last.append(timed(lambda s=step: maps(LAST.format(bias=f"{0.001 + s / 1000:g}"), 5)))
        base = statistics.median(least[5:])
        print(f"floor, five maps                      {base:7.1f} ms")
        for name, times in (
            ("ours, five maps", moved),
            ("ours, page part and five maps", whole),
            ("ours, last layer moved", last),
        ):
            middle = statistics.median(times[5:])
            print(f"{name:<37} {middle:7.1f} ms  {middle / base:5.2f} x floor")


if __name__ == "__main__":
    main()
