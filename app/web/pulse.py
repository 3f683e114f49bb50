"""The requests of the last minute, for the teacher's page: how many, how fast, how many went wrong."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """The last minute: requests answered, the time within which 95 of 100 were, those refused as the server was
    full (503), those that failed (500)."""

    answered: int = 0
    p95_ms: float = 0.0
    refused: int = 0
    failed: int = 0


class Pulse:
    """The requests of the last minute, at most so many."""

    MOST, MINUTE = 20_000, 60.0

    def __init__(self) -> None:
        self._latest: deque[tuple[float, float, int]] = deque(maxlen=self.MOST)

    def add(self, seconds: float, status: int) -> None:
        self._latest.append((time.monotonic(), seconds, status))

    def reading(self) -> Reading:
        """What the last minute was like."""
        since = time.monotonic() - self.MINUTE
        while self._latest and self._latest[0][0] < since:
            self._latest.popleft()
        latest = tuple(self._latest)
        times = sorted(seconds for _, seconds, _ in latest)
        p95 = times[min(len(times) - 1, int(0.95 * len(times)))] if times else 0.0
        statuses = [status for _, _, status in latest]
        return Reading(len(latest), 1000 * p95, statuses.count(503), statuses.count(500))
