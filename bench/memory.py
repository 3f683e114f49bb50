"""Memory over many slider moves: a real server, one page's requests a move, its resident set as it goes.

`python -m bench.memory [moves]` prints the resident set before, while and after; it is flat once the caches are
full, because they count every byte they hold.
"""

from __future__ import annotations

import http.client
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.server import served

MOVES = 10_000
IMAGES = ("person-astronaut", "cat-chelsea", "object-coffee")
STACK = "conv(gaussian,sigma={sigma:.4f})|conv(sobel_x)|relu|maxpool(2)|conv(laplacian4)"


@dataclass(frozen=True)
class Point:
    """After so many moves, the megabytes resident."""

    moves: int
    resident: float


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def move(connection: http.client.HTTPConnection, number: int, size: int = 512) -> None:
    """What a page asks when a slider moves to a value that it never had: the trace and its last picture."""
    stack = quote(STACK.format(sigma=0.5 + number * 0.0002))
    query = f"image={IMAGES[number % len(IMAGES)]}&stack={stack}&size={size}&fit=keep"
    for path in (f"/api/v1/trace?{query}", f"/api/v1/maps/5/0.png?{query}"):
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status} {path}: {body[:200]!r}")


def measure(moves: int, points: int = 10, size: int = 512, **settings: str) -> list[Point]:
    """The resident set at so many points of a run of moves; `settings` as environment variables."""
    found: list[Point] = []
    with served(**settings) as ours:
        for number in range(moves):
            move(ours.connection, number, size)
            if (number + 1) % max(1, moves // points) == 0:
                found.append(Point(number + 1, resident(ours.pid)))
    return found


def main() -> None:
    """Print a line a point, and by how much the second half of the run grew."""
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else MOVES
    found = measure(moves)
    for point in found:
        print(f"{point.moves:7d} moves   {point.resident:7.0f} MB", flush=True)
    half = found[len(found) // 2 - 1]
    print(f"growth over the second half: {found[-1].resident - half.resident:+.0f} MB")


if __name__ == "__main__":
    main()
