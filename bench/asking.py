"""Ask a server over an open connection, and time works that take turns, so that all meet the same machine."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from itertools import count
from urllib.parse import quote

IMAGE = "person-astronaut"
WARMING = 5  # turns that do not count
Work = Callable[[int], object]
_turns = count()


def get(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The body of an answer.

    Raises
    ------
    RuntimeError
        Any status but 200 and 201.
    """
    return send(connection, "GET", path, b"", headers or {})


def send(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> bytes:
    """The body of an answer to a request that has one itself; raises as `get` does."""
    connection.request(method, path, body=body or None, headers=dict(headers))
    response = connection.getresponse()
    found = response.read()
    if response.status not in (200, 201):
        raise RuntimeError(f"{response.status} {path}: {found[:300]!r}")
    return found


def medians(works: Mapping[str, Work], turns: int, pause: float = 0.0) -> dict[str, float]:
    """Milliseconds of each work, median of so many turns.

    In each turn every work is done once, after `pause` seconds, with the turn's number, which no other call of
    this function gives again: what depends on it was never asked before.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(turns + WARMING):
        number = next(_turns)
        for name, work in works.items():
            time.sleep(pause)
            start = time.perf_counter()
            work(number)
            if turn >= WARMING:
                times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(found) for name, found in times.items()}


def scene(stack: str, size: int = 512, fit: str = "keep", image: str = IMAGE) -> str:
    """The query of a scene."""
    return f"image={image}&stack={quote(stack)}&size={size}&fit={fit}"


def prefix(stack: str, stage: int) -> str:
    """The first so many layers."""
    return "|".join(stack.split("|")[:stage])
